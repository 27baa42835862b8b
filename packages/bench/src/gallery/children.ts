import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { StorageConfig } from '@watchpost/shared/config/common';
import { AppError } from '@watchpost/shared/errors';
import { z } from 'zod';

/** What a measuring process says. */
export const replySchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready') }),
  /** It took a stranger for this person. */
  z.object({ kind: z.literal('recognised'), name: z.string().nullable(), elapsedMs: z.number() }),
  /** It knows of this name since that moment, milliseconds since 1970. */
  z.object({ kind: z.literal('heard'), name: z.string(), atMs: z.number() }),
]);
export type Reply = z.infer<typeof replySchema>;

/** What it is asked. */
export const orderSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('recognise'), snapshotId: z.string(), embedding: z.array(z.number()) }),
  z.object({ kind: z.literal('hear'), name: z.string() }),
  z.object({ kind: z.literal('stop') }),
]);
export type Order = z.infer<typeof orderSchema>;

export interface MeasuringProcess {
  ask(order: Order): Promise<Reply>;
  stop(): Promise<void>;
}

/** Processes with a gallery each, as workers have. */
export async function startProcesses(count: number, storage: StorageConfig): Promise<MeasuringProcess[]> {
  return Promise.all(Array.from({ length: count }, () => startProcess(storage)));
}

async function startProcess(storage: StorageConfig): Promise<MeasuringProcess> {
  const script = fileURLToPath(new URL('child.js', import.meta.url));
  const child = fork(script, [JSON.stringify(storage)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const exit = once(child, 'exit');
  let settle: { resolve: (reply: Reply) => void; reject: (error: Error) => void } | null = null;
  child.on('message', (message) => settle?.resolve(replySchema.parse(message)));
  child.on('exit', () => settle?.reject(new AppError('process-failed', 'a measuring process ended')));
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
