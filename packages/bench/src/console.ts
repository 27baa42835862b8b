import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { wholeNumber } from '@watchpost/shared/config/parse-env';
import { z } from 'zod';
import { readOptions, type Bench, type BenchIo } from './bench.ts';
import { consoleCalls } from './console/calls.ts';
import { fillDatabase } from './console/fill.ts';
import { fillOperations } from './console/fill-operations.ts';
import { measureCalls, type CallTimes } from './console/measure-calls.ts';
import { measurePages, type PageTimes } from './console/measure-pages.ts';
import { personIdOf } from './console/planned.ts';
import { toTable } from './report/table.ts';
import { startApp } from './servers/app.ts';
import { startMongo } from './servers/mongo.ts';
import { providePostgres } from './servers/postgres.ts';
import { startRedis } from './servers/redis.ts';
import { makeFolder } from './servers/server.ts';
import { keep, stopAll, type Started } from './servers/started.ts';

/** What people may wait for. */
const goals = { p99Ms: 200, firstViewMs: 1_000, liveMs: 1_000, scriptKB: 150 };

interface Measured {
  database: string;
  calls: CallTimes[];
  pages: PageTimes | null;
}

/**
 * The console over a database with many people: each call of its API, the first view in Chromium, and how soon a page shows a change. Exit code 1
 * when a call failed or a goal was not met.
 */
export const consoleBench: Bench = async (args, io) => {
  const { json, database, ...options } = readOptions(args, {
    people: wholeNumber(100, 100_000).default(10_000),
    sightings: wholeNumber(1_000, 10_000_000).default(1_000_000),
    rounds: wholeNumber(10, 10_000).default(100),
    database: z.enum(['postgres', 'mongo', 'both']).default('both'),
    browser: z.enum(['yes', 'no']).default('yes'),
  });
  const all: Measured[] = [];
  for (const kind of ['postgres', 'mongo'] as const)
    if (database === kind || database === 'both')
      all.push(await measure(kind, { ...options, json, browser: options.browser === 'yes' }, io));
  if (json) io.print(JSON.stringify(all));
  return all.every(isSound) ? 0 : 1;
};

interface Options {
  people: number;
  sightings: number;
  rounds: number;
  browser: boolean;
  json: boolean;
}

async function measure(kind: 'postgres' | 'mongo', { people, sightings, rounds, browser, json }: Options, io: BenchIo): Promise<Measured> {
  const started: Started[] = [];
  try {
    const storage = await startDatabase(kind, io, started);
    io.warn(`${kind}: filling with ${String(people)} people and ${String(sightings)} sightings`);
    await fillDatabase(storage, { people, sightings }, io.signal);
    const folder = await makeFolder();
    started.push({ stop: () => rm(folder, { recursive: true, force: true }) });
    const feeds = await fillOperations(storage, folder, io.signal);
    const token = randomBytes(18).toString('hex');
    const signIn = {
      CONSOLE_PASSWORD: 'correct horse battery',
      CONSOLE_TOKENS: `bench:admin:${token}`,
      CONSOLE_PROXY_ADDRESSES: '127.0.0.1',
    };
    const env = { ...storage, ...signIn, FEEDS_FILE: feeds, LOG_LEVEL: 'warn' };
    const { url } = await keep(started, startApp('console', env));
    // Until everybody is in memory, and was counted.
    await newest(url, token, io.signal);
    io.warn(`${kind}: measuring`);
    const say = (lines: string[]): void => {
      for (const line of json ? [] : lines) io.print(line);
    };
    const calls = await measureCalls(consoleCalls, { url, token, rounds }, io.signal);
    say(callLines(kind, calls));
    const rename = async (round: number): Promise<string> => {
      const name = `Renamed ${String(round)} ${randomBytes(3).toString('hex')}`;
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      const [first] = await newest(url, token, io.signal);
      const path = `${url}/api/people/${first ?? personIdOf(0)}/name`;
      await fetch(path, { method: 'POST', headers, body: JSON.stringify({ to: name }), signal: io.signal });
      return name;
    };
    const pages = browser ? await measurePages(url, rename, io.signal) : null;
    say(pageLines(pages));
    return { database: kind, calls, pages };
  } finally {
    await stopAll(started);
  }
}

async function startDatabase(kind: 'postgres' | 'mongo', { env }: BenchIo, started: Started[]): Promise<Record<string, string>> {
  if (kind === 'postgres') return { POSTGRES_URL: (await keep(started, providePostgres(env, { own: true, durable: true }))).url };
  const mongo = await keep(started, startMongo(env, 'replica set', { own: true }));
  const redis = await keep(started, startRedis(env, { own: true }));
  return { MONGO_CONNECTION_STRING: mongo.url, REDIS_URL: redis.url };
}

/** Who is at the top of the page People. */
async function newest(url: string, token: string, signal: AbortSignal): Promise<string[]> {
  const answer = await fetch(`${url}/api/people?limit=1&status=named`, { headers: { authorization: `Bearer ${token}` }, signal });
  const page = z.object({ items: z.array(z.object({ id: z.string() })) }).parse(await answer.json());
  return page.items.map(({ id }) => id);
}

const isSound = ({ calls, pages }: Measured): boolean =>
  calls.every(({ fault, p99Ms }) => fault === null && p99Ms <= goals.p99Ms) &&
  (!pages || (pages.firstViewMs <= goals.firstViewMs && pages.liveMs <= goals.liveMs && pages.scriptKB <= goals.scriptKB));

function callLines(database: string, calls: readonly CallTimes[]): string[] {
  const rows = calls.map(({ name, p50Ms, p99Ms, bytes, fault }) => [name, p50Ms, p99Ms, Math.round(bytes / 1_000), fault ?? '']);
  return [
    `${database}, the goal of each call: ${String(goals.p99Ms)} ms (p99)`,
    ...toTable([['call', 'p50 ms', 'p99 ms', 'kB', ''], ...rows]),
  ];
}

function pageLines(pages: PageTimes | null): string[] {
  if (!pages) return [''];
  const { firstViewMs, liveMs, scriptKB } = pages;
  return [
    `first view ${String(firstViewMs)} ms (goal ${String(goals.firstViewMs)}), a change is shown after ${String(liveMs)} ms (goal ${String(goals.liveMs)}), script ${String(scriptKB)} kB compressed (goal ${String(goals.scriptKB)})`,
    '',
  ];
}
