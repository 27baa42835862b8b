import { EventEmitter } from 'node:events';
import { closeQueue } from '@watchpost/shared/jobs/bullmq-backend';
import { openUnheard, shareConnections } from '@watchpost/shared/jobs/bullmq-queues';
import { expect, it } from 'vitest';

it('leaves nothing behind of the queues that were opened again and again while the database was away', async () => {
  const storage = { POSTGRES_URL: 'postgres://127.0.0.1:1/nobody' };
  const shared = await shareConnections(storage, 1);
  for (let opened = 0; opened < 20; opened += 1) await closeQueue(openUnheard(storage, 'snapshots', 1_000, shared), 1_000);
  if (!(shared?.pool instanceof EventEmitter)) throw new Error('no pool');
  expect(shared.pool.listenerCount('error')).toBe(1);
  await shared.close(1_000);
});
