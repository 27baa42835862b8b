import { readdirSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { constants, setPriority } from 'node:os';
import { makeSampleFrame } from '@watchpost/see/throughput/sample-frame';
import { startApp, type App } from '../servers/app.ts';
import { startFakeSlack } from '../servers/fake-slack.ts';
import { providePostgres } from '../servers/postgres.ts';

/** A worker that looks at a 1080p frame with three faces for each event, as fast as all cores allow. */
export interface BusyWorker {
  /** Files that it downloads; anything may be asked for. */
  urlOf: (fileId: string) => string;
  sizeBytes: number;
  start: () => Promise<App>;
  stop: () => Promise<void>;
}

/** Prepares the worker, its gallery and the files. `env`: the queue, and what ingest is told of Slack. `files`: how many it will be asked for. */
export async function prepareBusyWorker(env: Record<string, string>, files: number): Promise<BusyWorker> {
  const bytes = await readFile((await makeSampleFrame({ width: 1920, height: 1080 })).file);
  const slack = await startFakeSlack();
  for (let number = 0; number < files; number += 1) {
    const id = `F${number}`;
    slack.files.set(id, { id, bytes, contentType: 'image/jpeg', info: {} });
  }
  const gallery = await providePostgres({}, { own: true });
  let worker: App | undefined;
  return {
    urlOf: (fileId) => `${slack.url}/download/${fileId}`,
    sizeBytes: bytes.length,
    start: async () => {
      await worker?.stop('SIGKILL');
      // No frame is skipped because the last one was the same.
      const own = { SLACK_API_URL: slack.apiUrl, SLACK_FILE_HOSTS: slack.url, SAME_FRAME_LOOKBACK: '0', LOG_LEVEL: 'error' };
      worker = await startApp('worker', { POSTGRES_URL: gallery.url, ...env, ...own });
      return worker;
    },
    stop: async () => {
      await worker?.stop('SIGKILL');
      await gallery.stop();
      await slack.close();
    },
  };
}

/** Gives every thread of a process the normal priority, and its session too: what inference would do to ingest without its lower priority. Linux, as root. */
export function raisePriority(pid: number): void {
  for (const thread of readdirSync(`/proc/${pid}/task`)) setPriority(Number(thread), constants.priority.PRIORITY_NORMAL);
  writeFileSync(`/proc/${pid}/autogroup`, '0');
}
