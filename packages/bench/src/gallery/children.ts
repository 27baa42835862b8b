import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { StorageConfig } from '@watchpost/shared/config/common';
import { AppError } from '@watchpost/shared/errors';
import { z } from 'zod';

/** What a measuring process replies. */
export const replySchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready') }),
  /** It recognised the face as this person. */
  z.object({ kind: z.literal('recognised'), name: z.string().nullable(), elapsedMs: z.number() }),
  /** When it learned of this name, milliseconds since 1970. */
  z.object({ kind: z.literal('name-known'), name: z.string(), atMs: z.number() }),
]);
export type Reply = z.infer<typeof replySchema>;

/** What a measuring process is told to do. */
export const orderSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('recognise'), snapshotId: z.string(), embedding: z.array(z.number()) }),
  z.object({ kind: z.literal('await-name'), name: z.string() }),
  z.object({ kind: z.literal('stop') }),
]);
export type Order = z.infer<typeof orderSchema>;

export interface MeasuringProcess {
  ask(order: Order): Promise<Reply>;
  stop(): Promise<void>;
}

/** Starts processes with a gallery each, like workers. */
export async function startProcesses(count: number, storage: StorageConfig): Promise<MeasuringProcess[]> {
  return Promise.all(Array.from({ length: count }, () => startProcess(storage)));
}

async function startProcess(storage: StorageConfig): Promise<MeasuringProcess> {
  const script = fileURLToPath(new URL('child.js', import.meta.url));
  const child = fork(script, [JSON.stringify(storage)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const exit = once(child, 'exit');
  let settle: { resolve: (reply: Reply) => void; reject: (error: Error) => void } | null = null;
  child.on('message', (message) => settle?.resolve(replySchema.parse(message)));
  child.on('exit', () => settle?.reject(new AppError('process-failed', 'a measuring process exited')));
  const reply = (): Promise<Reply> => new Promise((resolve, reject) => (settle = { resolve, reject }));
  await reply();
  return {
    ask: (order) => {
      const answer = reply();
      child.send(order);
      return answer;
    },
    stop: async () => {
      child.send({ kind: 'stop' } satisfies Order);
      await exit;
    },
  };
}
