import '@watchpost/see/no-telemetry';
import type { Env } from '@watchpost/shared/config/parse-env';
import { toAppError } from '@watchpost/shared/errors';
import { type Bench, exitCodeOf } from './bench.ts';

interface Entry {
  name: string;
  options: string;
  /** What it measures. */
  summary: string;
  load: () => Promise<Bench>;
}

/** All benches; each is loaded when it is called. */
const benches: Entry[] = [
  {
    name: 'inference',
    options: '[--json]',
    summary: 'one inference of each model, on ONNX Runtime and on TensorFlow.js as in Human',
    load: async () => (await import('./inference.ts')).inference,
  },
  {
    name: 'frames',
    options: '[--json] [--data DIR]',
    summary: 'from bytes to faces: 1080p and 4K frames with up to three faces, compared with Human and the old service',
    load: async () => (await import('./frames.ts')).frames,
  },
  {
    name: 'threads',
    options: '[--json] [--data DIR]',
    summary: '1080p frames per second with one thread up to one per core, memory, and delays of the event loop',
    load: async () => (await import('./threads.ts')).threads,
  },
  {
    name: 'sequences',
    options: '[--frames 60] [--seed 1] [--json] [--data DIR]',
    summary: 'drawn frames of fixed cameras: looking at each anew, and only at what changed; speed and recall',
    load: async () => (await import('./sequences.ts')).sequences,
  },
  {
    name: 'accuracy',
    options: '[--json] [--data DIR] [--faces DIR] [--curves FILE.png]',
    summary:
      'how many faces are recognised, and what galleries of 10 to 10,000 persons decide; with labelled pictures also recall, false alarms and pairs; with pictures of persons (DIR/PERSON/FILE) the galleries are theirs',
    load: async () => (await import('./accuracy.ts')).accuracy,
  },
  {
    name: 'calibrate',
    options: '--data DIR [--json]',
    summary: 'what similarities mean, fitted to pictures of many persons (DIR/PERSON/FILE), and the error of the fit',
    load: async () => (await import('./calibrate.ts')).calibrate,
  },
  {
    name: 'gallery',
    options: '[--sizes 1000,10000,100000] [--load 100000] [--changes 100] [--scale 10000] [--json]',
    summary: 'times of matching, of loading, until other workers know of a change, and of a gallery after years (--scale: its persons)',
    load: async () => (await import('./gallery.ts')).gallery,
  },
  {
    name: 'enroll-race',
    options: '[--rounds 200] [--workers 8] [--json]',
    summary: 'many processes see the same new stranger at the same moment',
    load: async () => (await import('./enroll-race.ts')).enrollRace,
  },
  {
    name: 'acks',
    options: '[--rate 200] [--seconds 20] [--kills 2] [--queue redis|postgres|URL] [--worker 0|1] [--traces URL] [--json]',
    summary:
      'times until Slack events are acknowledged under load, also while a worker infers on all cores, and that kill -9 loses nothing',
    load: async () => (await import('./acks.ts')).acks,
  },
  {
    name: 'flood',
    options: '[--snapshots 600] [--faces 200] [--cameras 50] [--seconds 60] [--queue redis|postgres] [--json]',
    summary: 'cameras flood a channel while readers click: what is posted, how soon, and that every snapshot has one outcome',
    load: async () => (await import('./flood.ts')).flood,
  },
  {
    name: 'rules',
    options: '[--rate 200] [--seconds 30] [--rules 100] [--removals 40] [--queue redis|postgres] [--json]',
    summary: 'messages with many rules in force: time until a verdict and until a verified removal; precision and recall of the detectors',
    load: async () => (await import('./rules.ts')).rules,
  },
  {
    name: 'feed',
    options: '[--rate 50] [--seconds 30] [--readers 5000] [--gets 2000] [--clients 1000] [--queue redis|postgres] [--json]',
    summary: 'a feed with many readers: how soon they see a message, what they cost, and that a restart loses nothing',
    load: async () => (await import('./feed.ts')).feed,
  },
  {
    name: 'telegram',
    options: '[--rate 100] [--seconds 20] [--texts 40] [--photos 20] [--dialogs 200] [--queue redis|postgres] [--json]',
    summary: 'Telegram: how soon updates are acknowledged and people answered, and that no dialog is lost when processes are killed',
    load: async () => (await import('./telegram.ts')).telegram,
  },
  {
    name: 'console',
    options: '[--people 10000] [--sightings 1000000] [--rounds 100] [--database postgres|mongo|both] [--browser yes|no] [--json]',
    summary: 'the console over many people: each call of its API, the first view in Chromium, and how soon a page shows a change',
    load: async () => (await import('./console.ts')).consoleBench,
  },
  {
    name: 'capacity',
    options: '[--seconds 6] [--sizes 1000,10000,100000] [--events 6000] [--note TEXT] [--write FILE] [--json]',
    summary:
      'what this machine carries: snapshots a second by size and faces, events, jobs on Redis and PostgreSQL, galleries; --write puts the tables into docs/capacity.md',
    load: async () => (await import('./capacity.ts')).capacity,
  },
  {
    name: 'leaks',
    options: '[--minutes 8] [--shape redis-mongo|postgres] [--rate 6] [--json]',
    summary: 'memory, open files and connections of ingest and worker under good and bad traffic: flat after the warm-up',
    load: async () => (await import('./leaks.ts')).leaks,
  },
  {
    name: 'growth',
    options: '[--days 40] [--reduced 240] [--json]',
    summary: 'what the embedded PostgreSQL takes on the disk during a simulated month at one picture a second',
    load: async () => (await import('./growth.ts')).growth,
  },
];

/** Runs the bench that the first argument names and resolves to its exit code; `help` prints the usage. Called by scripts/bench.mjs. */
export async function runBench([name = 'help', ...args]: string[], env: Env): Promise<number> {
  const print = (line: string): void => void process.stdout.write(`${line}\n`);
  const warn = (line: string): void => void process.stderr.write(`${line}\n`);
  const bench = benches.find((each) => each.name === name);
  if (!bench) {
    if (name !== 'help') warn(`usage-invalid: there is no bench ${name}\n`);
    warn('usage: npm run --silent bench -- NAME [OPTIONS]\n');
    for (const each of benches) warn(`  ${each.name} ${each.options}\n      ${each.summary}`);
    return name === 'help' ? 0 : 2;
  }
  const interrupt = new AbortController();
  process.once('SIGINT', () => interrupt.abort());
  try {
    const run = await bench.load();
    return await run(args, { env, signal: interrupt.signal, print, warn });
  } catch (error) {
    const { code, message } = toAppError(error);
    warn(`${code}: ${message}`);
    return exitCodeOf(code);
  }
}
