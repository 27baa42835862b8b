import { createSharedOrder } from '@watchpost/ingest/platforms/telegram/shared-order';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { AppError } from '@watchpost/shared/errors';
import { createLogger } from '@watchpost/shared/observability/logger';
import { expect, it } from 'vitest';
import { createMemoryDocuments } from '../../support/memory-documents.ts';
import { telegramRig } from '../../support/telegram-door-rig.ts';
import { clicks, privateChat, says } from '../../support/telegram-updates.ts';
import { packTalk } from '@watchpost/telegram/callback-data';

const left = () => 1_000;
const log = createLogger('test', 'silent');

/** Some ingest processes over one database. */
const processes = (count: number, documents: (signal: AbortSignal) => Promise<DocumentStore>, now: () => number = Date.now) =>
  Array.from({ length: count }, () => {
    const lastJobs = createSharedOrder({ documents, log, now, patienceMs: 50 });
    return telegramRig({ lastJobs, now });
  });

it('what comes to several processes in turn has one order', async () => {
  const documents = createMemoryDocuments();
  const [a, b] = processes(2, async () => documents);
  for (const [index, rig] of [a!, b!, a!, b!].entries()) await rig.takeUpdate(says(String(index), { message_id: 10 + index }), left);
  await b!.takeUpdate(clicks(packTalk('x|y'), { message: { message_id: 3, date: 0, chat: privateChat } }), left);
  const jobs = [a!.sent[0], b!.sent[0], a!.sent[1], b!.sent[1], b!.sent[2]];
  const ids = jobs.map((job) => (job?.kind === 'talk' ? job.id : ''));
  expect(jobs.map((job) => job?.kind === 'talk' && job.after)).toEqual([null, ids[0], ids[1], ids[2], ids[3]]);
  // The same update again, to the other process.
  await a!.takeUpdate(says('3', { message_id: 13 }), left);
  expect(a!.sent.at(-1)).toMatchObject({ id: ids[3], after: ids[4] });
});

it('while the database is away each process knows its own, and waits for it once only', async () => {
  let asked = 0;
  let nowMs = 1_000_000;
  const documents = createMemoryDocuments();
  let isAway = true;
  const open = async (signal: AbortSignal): Promise<DocumentStore> => {
    if (!isAway) return documents;
    asked += 1;
    return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new AppError('gallery-unavailable', 'away'))));
  };
  const [rig, other] = processes(2, open, () => nowMs);
  for (const id of [10, 11, 12]) await rig!.takeUpdate(says('x', { message_id: id }), left);
  const ids = rig!.sent.map((job) => (job.kind === 'talk' ? job.id : ''));
  expect(rig!.sent.map((job) => job.kind === 'talk' && job.after)).toEqual([null, ids[0], ids[1]]);
  expect(asked).toBe(1);
  isAway = false;
  nowMs += 6_000;
  await rig!.takeUpdate(says('x', { message_id: 13 }), left);
  await other!.takeUpdate(says('x', { message_id: 14 }), left);
  expect(other!.sent).toMatchObject([{ after: rig!.sent.at(-1)?.kind === 'talk' && (rig!.sent.at(-1) as { id: string }).id }]);
});
