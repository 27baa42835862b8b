import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { AppError } from '@watchpost/shared/errors';
import { replySchema, type Halt, type Order, type Reply, type Work } from './orders.ts';

/** `stopped`: the process stopped itself before it answered. `died`: it is gone. `silent`: it said nothing for too long. */
export type Answer = Exclude<Reply, { kind: 'started' | 'stopping' }> | { kind: 'stopped' | 'died' | 'silent' };

/** A process of the proof. It does one thing at a time. */
export interface ProofProcess {
  readonly pid: number;
  ask(work: Work, halt?: Halt | null): Promise<Answer>;
  /** SIGCONT to a stopped process; resolves to its answer to what it was asked before it stopped. */
  wake(): Promise<Answer>;
  /** `kill -9`, whatever it does. */
  kill(): Promise<void>;
}

/** How long a process may take for an answer. It is far longer than any lock may be held or any pause between attempts. Milliseconds. */
export const patienceMs = 40_000;

export async function startProcess(): Promise<ProofProcess> {
  const child = fork(fileURLToPath(new URL('child.js', import.meta.url)), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const { pid } = child;
  if (pid === undefined) throw new AppError('process-failed', 'a process of the proof did not start');
  const exit = once(child, 'exit');
  let waiting: ((answer: Answer) => void) | null = null;
  const settle = (answer: Answer): void => waiting?.(answer);
  child.on('message', (message) => {
    const reply = replySchema.parse(message);
    settle(reply.kind === 'stopping' ? { kind: 'stopped' } : reply.kind === 'started' ? { kind: 'done', value: null } : reply);
  });
  child.on('exit', () => settle({ kind: 'died' }));
  const answer = async (): Promise<Answer> => {
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise((resolve) => {
        waiting = resolve;
        timer = setTimeout(() => resolve({ kind: 'silent' }), patienceMs);
      });
    } finally {
      clearTimeout(timer);
    }
  };
  await answer();
  return {
    pid,
    ask: async (work, halt = null) => {
      const reply = answer();
      child.send({ work, halt } satisfies Order);
      return reply;
    },
    wake: async () => {
      // More than once, since it may be about to stop.
      const nudge = setInterval(() => child.kill('SIGCONT'), 20);
      try {
        return await answer();
      } finally {
        clearInterval(nudge);
      }
    },
    kill: async () => {
      if (!hasEnded(child)) child.kill('SIGKILL');
      await exit;
    },
  };
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null;

/** Processes that are ready to be used: one is always started in advance. */
export interface ProcessPool {
  take(): Promise<ProofProcess>;
  close(): Promise<void>;
}

export function createPool(): ProcessPool {
  let next = startProcess();
  return {
    take: async () => {
      const taken = next;
      next = startProcess();
      return taken;
    },
    close: async () => (await next).kill(),
  };
}
