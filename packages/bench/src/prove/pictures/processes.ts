import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { AppError } from '@watchpost/shared/errors';
import { memoryEnv } from '@watchpost/see/config';
import type { Env } from '@watchpost/shared/config/parse-env';
import { pictureReplySchema, type PictureOrder, type PictureReply } from './messages.ts';

export type Decoded = Extract<PictureReply, { kind: 'done' }>;

/** A process that decodes pictures as a worker does. */
export interface Decoder {
  /** Resolves to what became of a picture, or to a sentence: the process died of it, or fell silent. */
  decode(order: PictureOrder): Promise<Decoded | string>;
  /** It has died, or was killed because it was silent. */
  isGone(): boolean;
  stop(): Promise<void>;
}

/** Longer than three timeouts of the engine. Milliseconds. */
const patienceMs = 60_000;

/** Starts a decoder in a process of its own: a crash in native code ends the process that it happens in. */
export async function startDecoder(env: Env): Promise<Decoder> {
  const file = fileURLToPath(new URL('child.js', import.meta.url));
  const child: ChildProcess = fork(file, {
    env: { ...env, ...memoryEnv },
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  let gone = false;
  const settles = new Map<number, (outcome: Decoded | string) => void>();
  const exit = once(child, 'exit').then(([code, signal]) => {
    gone = true;
    for (const settle of settles.values()) settle(`the process died: ${String(signal ?? code)}`);
  });
  const ready = new Promise<void>((resolve, reject) => {
    child.on('message', (message) => {
      const reply = pictureReplySchema.parse(message);
      if (reply.kind === 'ready') resolve();
      else settles.get(reply.seed)?.(reply);
    });
    void exit.then(() => reject(new AppError('process-failed', 'a decoding process did not start')));
  });
  await ready;
  return {
    decode: async (order) => {
      let timer: NodeJS.Timeout | undefined;
      const outcome = await new Promise<Decoded | string>((resolve) => {
        settles.set(order.seed, resolve);
        timer = setTimeout(() => {
          resolve(`the process was silent for ${patienceMs / 1_000} s`);
          child.kill('SIGKILL');
        }, patienceMs);
        child.send(order);
      });
      clearTimeout(timer);
      settles.delete(order.seed);
      return outcome;
    },
    isGone: () => gone,
    stop: async () => {
      child.kill('SIGKILL');
      await exit;
    },
  };
}
