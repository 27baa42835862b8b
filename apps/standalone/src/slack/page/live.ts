import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Front } from '../front/front.ts';
import type { PageContent, Piece } from './read-page.ts';

/** Sends to open pages what has changed. */
export interface Live {
  /** Answers a page's `EventSource`. */
  attach(request: IncomingMessage, response: ServerResponse, headers: Record<string, string>): void;
  close(): void;
}

/** Changes so close together are sent in one go, milliseconds. */
const gatherMs = 60;
/** How often a line is sent that says nothing, so that a dead connection is noticed, milliseconds. */
const heartbeatMs = 15_000;

/** Reads the page anew after each change, for as long as somebody looks at it. */
export function follow(front: Front, read: () => Promise<PageContent>): Live {
  const pages = new Map<ServerResponse, Map<string, string>>();
  let timer: NodeJS.Timeout | undefined;
  let running = false;
  let again = false;

  const update = async (): Promise<void> => {
    if (running) {
      again = true;
      return;
    }
    running = true;
    do {
      again = false;
      const content = pages.size > 0 ? await read().catch(() => undefined) : undefined;
      if (content) for (const [page, sent] of pages) page.write(`data: ${JSON.stringify(difference(content, sent))}\n\n`);
    } while (again);
    running = false;
  };
  const schedule = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      void update();
    }, gatherMs);
  };
  const stop = front.onChange(schedule);
  const heartbeat = setInterval(() => {
    for (const page of pages.keys()) page.write(':\n\n');
  }, heartbeatMs);
  heartbeat.unref();

  return {
    attach: (request, response, headers) => {
      response.writeHead(200, { ...headers, 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      response.write('retry: 1000\n\n');
      pages.set(response, new Map());
      request.on('close', () => pages.delete(response));
      schedule();
    },
    close: () => {
      stop();
      clearTimeout(timer);
      clearInterval(heartbeat);
      for (const page of pages.keys()) page.end();
      pages.clear();
    },
  };
}

/** The keys of all that is shown, and each piece that this page has not been sent yet. */
function difference({ channels, home, modal }: PageContent, sent: Map<string, string>): unknown {
  const fresh: Piece[] = [];
  const all = [...channels.flatMap(({ pieces }) => pieces), home, ...(modal ? [modal] : [])];
  for (const piece of all) {
    if (sent.get(piece.key) !== piece.hash) fresh.push(piece);
    sent.set(piece.key, piece.hash);
  }
  const shown = new Set(all.map(({ key }) => key));
  for (const key of sent.keys()) if (!shown.has(key)) sent.delete(key);
  return {
    lists: Object.fromEntries(channels.map(({ id, pieces }) => [id, pieces.map(({ key }) => key)])),
    pieces: fresh,
    modal: modal?.key ?? null,
  };
}
