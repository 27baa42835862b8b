import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { StorageConfig } from '@watchpost/shared/config/common';

const shiftedClock = import.meta.resolve('@watchpost/bench/prove/machines/shifted-clock/main');

export interface ReceiverProcess {
  /** Resolves with the id of the first job that it took: the snapshot's, or that of a message job. */
  took: Promise<string>;
  /** Resolves with the id of the first job that it finished. */
  finished: Promise<string>;
  kill(): Promise<void>;
}

/**
 * A receiver in a process of its own. `behaviour`: `block` keeps its event loop busy for `ms` during each job, `hold` never
 * finishes one, `postpone` has each tried again after `ms`. `aheadMs`: by how much its clock is ahead, milliseconds.
 */
export function startReceiverProcess(
  storage: StorageConfig,
  behaviour: { kind: 'block' | 'hold' | 'postpone'; ms: number },
  { aheadMs = 0, ...options }: { lockMs?: number; stallCheckMs?: number; watchMs?: number; aheadMs?: number },
): ReceiverProcess {
  const script = `
    import { createJobReceiver } from '${import.meta.resolve('@watchpost/shared/jobs/bullmq-job-receiver')}';
    import { AppError } from '${import.meta.resolve('@watchpost/shared/errors')}';
    import { perKind } from '${import.meta.resolve('@watchpost/shared/jobs/job-kinds')}';
    import { createLogger } from '${import.meta.resolve('@watchpost/shared/observability/logger')}';
    const { storage, behaviour, options } = JSON.parse(process.argv[1]);
    const say = (word, id) => process.stdout.write(word + ' ' + id + '\\n');
    const work = async (job) => {
      say('took', job.snapshotId ?? job.id);
      if (behaviour.kind === 'postpone') throw new AppError('chat-rate-limited', 'later', { retryAfterMs: behaviour.ms });
      if (behaviour.kind === 'hold') await new Promise((resolve) => setTimeout(resolve, behaviour.ms));
      else for (const end = Date.now() + behaviour.ms; Date.now() < end; );
      say('finished', job.snapshotId ?? job.id);
    };
    createJobReceiver(storage, perKind(() => work), { concurrency: () => 1, log: createLogger('receiver', 'silent'), ...options });
  `;
  const child: ChildProcess = spawn(
    process.execPath,
    ['--import', shiftedClock, '--input-type=module', '-e', script, JSON.stringify({ storage, behaviour, options })],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, CLOCK_AHEAD_MS: String(aheadMs) },
    },
  );
  const lines = createInterface({ input: child.stdout! });
  const heard = async (word: string): Promise<string> =>
    new Promise((resolve) => {
      lines.on('line', (line) => {
        if (line.startsWith(`${word} `)) resolve(line.slice(word.length + 1));
      });
    });
  return {
    took: heard('took'),
    finished: heard('finished'),
    kill: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}
