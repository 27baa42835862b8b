import type { IncomingMessage, ServerResponse } from 'node:http';
import type { PageContent } from './read-page.ts';

/** Sends to open pages what has changed. */
export interface Live {
  /** Answers a page's `EventSource`. */
  attach(request: IncomingMessage, response: ServerResponse, headers: Record<string, string>): void;
  close(): void;
}

/** Changes so close together are sent in one go, milliseconds. */
const gatherMs = 40;
/** How often a line is sent that says nothing, so that a dead connection is noticed, milliseconds. */
const heartbeatMs = 15_000;

/** Reads the page anew after each change, and when something on it ends by itself, for as long as somebody looks at it. */
export function follow(onChange: (listener: () => void) => () => void, read: () => PageContent): Live {
  const pages = new Map<ServerResponse, Map<string, string>>();
  let timer: NodeJS.Timeout | undefined;
  let ending: NodeJS.Timeout | undefined;
  const schedule = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      if (pages.size === 0) return;
      const content = read();
      for (const [page, sent] of pages) page.write(`data: ${JSON.stringify(difference(content, sent))}\n\n`);
      clearTimeout(ending);
      if (content.untilMs !== null) ending = setTimeout(schedule, content.untilMs - Date.now() + 20);
    }, gatherMs);
  };
  const stop = onChange(schedule);
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
      clearTimeout(ending);
      clearInterval(heartbeat);
      for (const page of pages.keys()) page.end();
      pages.clear();
    },
  };
}

/** What there is, and each piece that this page has not been sent yet. */
function difference({ chats }: PageContent, sent: Map<string, string>): unknown {
  const all = chats.flatMap(({ entry, pieces }) => [entry, ...pieces]);
  const fresh = all.filter(({ key, hash }) => sent.get(key) !== hash);
  sent.clear();
  for (const { key, hash } of all) sent.set(key, hash);
  return {
    chats: chats.map(({ entry, pieces, id, title, status, isBusy, started, commands, ask }) => ({
      id,
      title,
      status,
      isBusy,
      started,
      commands,
      ask,
      entry: entry.key,
      keys: pieces.map(({ key }) => key),
    })),
    pieces: fresh,
  };
}
