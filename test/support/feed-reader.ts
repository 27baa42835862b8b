import { get, type IncomingMessage } from 'node:http';
import type { EntryView } from '@watchpost/feeds/outputs/view';
import { until } from './until.ts';

/** Of an entry, of one that was removed, or of a feed. */
interface EventData extends Partial<Pick<EntryView, 'text' | 'is_edited' | 'user'>> {
  id: string;
  headline?: string;
}

/** An event as a browser's EventSource hands it out. */
interface ReadEvent {
  event: string;
  data: EventData;
  /** The id that the reader would come back with. */
  lastEventId: string;
}

/** Follows a feed as an EventSource does, without coming back by itself. */
export async function readFeed(url: string, lastEventId?: string) {
  const events: ReadEvent[] = [];
  let last = lastEventId ?? '';
  let retryMs: number | null = null;
  let isClosed = false;
  let raw = '';
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const headers = { accept: 'text/event-stream', ...(lastEventId !== undefined && { 'last-event-id': lastEventId }) };
    get(url, { headers, agent: false }, resolve).on('error', reject);
  });
  const take = (block: string): void => {
    let event = 'message';
    const data: string[] = [];
    for (const line of block.split('\n')) {
      if (line.startsWith('id: ')) last = line.slice(4);
      else if (line.startsWith('event: ')) event = line.slice(7);
      else if (line.startsWith('data: ')) data.push(line.slice(6));
      else if (line.startsWith('retry: ')) retryMs = Number(line.slice(7));
      else if (line !== '' && !line.startsWith(':')) throw new Error(`no line of an event stream: ${line}`);
    }
    if (data.length > 0) events.push({ event, data: JSON.parse(data.join('\n')), lastEventId: last });
  };
  let rest = '';
  response.setEncoding('utf8');
  response.on('data', (text: string) => {
    raw += text;
    const blocks = (rest + text).split('\n\n');
    rest = blocks.pop() ?? '';
    blocks.forEach(take);
  });
  const close = (): void => void (isClosed = true);
  response.on('close', close).on('error', close);
  return {
    status: response.statusCode,
    headers: response.headers,
    events,
    /** What would show, by entry. */
    shown: () => {
      const shown = new Map<string, EventData>();
      for (const { event, data } of events) {
        if (event === 'entry') shown.set(data.id, data);
        if (event === 'removed') shown.delete(data.id);
      }
      return shown;
    },
    raw: () => raw,
    lastEventId: () => last,
    retryMs: () => retryMs,
    isClosed: () => isClosed,
    gets: async (count: number) => until(`${String(count)} events came`, () => events.length >= count),
    close: () => void response.destroy(),
  };
}
