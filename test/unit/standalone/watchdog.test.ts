import { createServer, type Server } from 'node:net';
import { watchServer } from '@watchpost/standalone/processes/postgres/watchdog';
import { afterEach, expect, it } from 'vitest';

const times = { everyMs: 20, answerMs: 100, writeEveryMs: 1_000_000, writeAnswerMs: 100, misses: 3 };
let server: Server;
afterEach(() => void server.close());

/** What PostgreSQL sends to a connection that it cannot take. */
function refusal(code: string, message: string): Buffer {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C${code}\0M${message}\0\0`);
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
}

/** Watches a server that says this to everybody, for a second. Resolves with what was said of it. */
async function watched(answer: Buffer | undefined): Promise<string[]> {
  const said: string[] = [];
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    if (answer) socket.once('data', () => socket.end(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const stop = AbortSignal.timeout(1_000);
  await watchServer(`postgres://u:p@127.0.0.1:${String(port)}/d?sslmode=disable`, times, async (what) => void said.push(what), stop);
  return said;
}

it.each([
  ['starts', '57P03', 'the database system is starting up'],
  ['recovers', '57P03', 'the database system is in recovery mode'],
  ['has no connection left', '53300', 'sorry, too many clients already'],
  ['has a full disk', '53100', 'could not write: No space left on device'],
])('leaves a server alone that %s', async (_what, code, message) => {
  expect(await watched(refusal(code, message))).toEqual([]);
});

it.each([
  ['takes connections and says nothing', undefined],
  ['is shutting down and does not end', refusal('57P03', 'the database system is shutting down')],
])('notices a server that %s', async (_what, answer) => {
  const said = await watched(answer);
  expect(said.length).toBeGreaterThan(0);
  expect(new Set(said)).toEqual(new Set(['does not answer']));
});
