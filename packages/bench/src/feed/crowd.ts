import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { crowdAnswerSchema, type CrowdAnswer, type CrowdOrder } from './crowd-protocol.ts';

type Of<K extends CrowdAnswer['is']> = Extract<CrowdAnswer, { is: K }>;

/** A process with readers of a feed. */
export interface Crowd {
  /** Resolves when all are connected. */
  read(options: Omit<Extract<CrowdOrder, { do: 'read' }>, 'do'>, signal: AbortSignal): Promise<void>;
  /** What they have seen; and they leave. */
  report(signal: AbortSignal): Promise<Of<'report'>>;
  get(options: Omit<Extract<CrowdOrder, { do: 'get' }>, 'do'>, signal: AbortSignal): Promise<Of<'got'>>;
  stop(): Promise<void>;
}

export function startCrowd(): Crowd {
  const child = fork(fileURLToPath(new URL('crowd-child.js', import.meta.url)), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const ask = async <K extends CrowdAnswer['is']>(order: CrowdOrder, is: K, signal: AbortSignal): Promise<Of<K>> => {
    const isMeant = (answer: CrowdAnswer): answer is Of<K> => answer.is === is;
    const ended = once(child, 'exit', { signal }).then(() => {
      throw new Error('the readers have ended');
    });
    ended.catch(() => undefined);
    child.send(order);
    for (;;) {
      const [message] = await Promise.race([once(child, 'message', { signal }), ended]);
      const answer = crowdAnswerSchema.parse(message);
      if (isMeant(answer)) return answer;
    }
  };
  return {
    read: async (options, signal) => void (await ask({ do: 'read', ...options }, 'open', signal)),
    report: async (signal) => ask({ do: 'report' }, 'report', signal),
    get: async (options, signal) => ask({ do: 'get', ...options }, 'got', signal),
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}
