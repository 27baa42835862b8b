import { Agent, request } from 'node:http';
import { crowdOrderSchema, messageIn, type CrowdAnswer, type CrowdOrder } from './crowd-protocol.ts';
import { readEvents, type Reader } from './sse-reader.ts';

/** Readers of a feed, and GETs, in a process of their own: they must not slow down whoever posts. Started by crowd.ts. */

/** So many connections are begun at a time. */
const atATime = 100;
/** So many readers say how long they waited. */
const timed = 20;

const readers: { reader: Reader; seen: Uint8Array }[] = [];
const waitsMs: number[] = [];
let opened = 0;

const answer = (what: CrowdAnswer): void => void process.send?.(what);

async function read({ url, since, readers: count, messages }: Extract<CrowdOrder, { do: 'read' }>): Promise<void> {
  while (readers.length < count) {
    const wanted = Math.min(count, readers.length + atATime);
    while (readers.length < wanted) readers.push(join(url, since, messages, readers.length));
    await until(() => opened >= wanted);
  }
  answer({ is: 'open' });
}

function join(url: string, since: string, messages: number, index: number): { reader: Reader; seen: Uint8Array } {
  const seen = new Uint8Array(messages);
  const reader = readEvents(
    { url, since },
    {
      onOpen: () => (opened += 1),
      onEvent: (block, atMs) => {
        const message = messageIn(block);
        if (!message || message.number >= messages) return;
        seen[message.number] = (seen[message.number] ?? 0) + 1;
        if (index < timed) waitsMs.push(atMs - message.atMs);
      },
    },
  );
  return { reader, seen };
}

function report(): void {
  let missed = 0;
  let doubled = 0;
  for (const { seen } of readers) {
    for (const times of seen) {
      if (times === 0) missed += 1;
      if (times > 1) doubled += 1;
    }
  }
  const reconnects = readers.reduce((sum, { reader }) => sum + reader.reconnects(), 0);
  answer({ is: 'report', open: readers.length, reconnects, missed, doubled, waitsMs });
  for (const { reader } of readers.splice(0)) reader.close();
  waitsMs.length = 0;
  opened = 0;
}

const agent = new Agent({ keepAlive: true, maxSockets: 64 });

/** Asks at an even pace whether anything has changed. The time counts from when it was to be asked. */
async function get({ url, perSecond, seconds }: Extract<CrowdOrder, { do: 'get' }>): Promise<void> {
  const etag = (await fetch(url, { headers: { 'accept-encoding': 'gzip' } })).headers.get('etag') ?? '';
  const startMs = performance.now();
  const took: number[] = [];
  const open: Promise<void>[] = [];
  let wrong = 0;
  for (let index = 0; index < perSecond * seconds;) {
    const dueMs = startMs + (index * 1_000) / perSecond;
    if (performance.now() < dueMs) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      continue;
    }
    index += 1;
    open.push(
      once(url, etag).then((status) => {
        took.push(performance.now() - dueMs);
        // A new message came: the page is another.
        if (status !== 304 && status !== 200) wrong += 1;
      }),
    );
  }
  await Promise.all(open);
  answer({ is: 'got', waitsMs: took, perSecond: (took.length * 1_000) / (performance.now() - startMs), wrong });
}

async function once(url: string, etag: string): Promise<number> {
  return new Promise((resolve) => {
    const asked = request(url, { agent, headers: { 'if-none-match': etag, 'accept-encoding': 'gzip' } }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode ?? 0));
    });
    asked.once('error', () => resolve(0)).end();
  });
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

process.on('message', (message) => {
  const order = crowdOrderSchema.parse(message);
  if (order.do === 'read') void read(order);
  else if (order.do === 'get') void get(order);
  else report();
});
process.once('disconnect', () => process.exit());
