import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { commands } from '@watchpost/cli/commands';
import { AppError } from '@watchpost/shared/errors';
import { runCommand, type OpenStorage } from '@watchpost/cli/run-command';
import { storageForCommand } from '@watchpost/standalone/command-storage';
import { thisProcess } from '@watchpost/standalone/data-folder/is-running';
import { describe, expect, it, vi } from 'vitest';

async function run(argv: string[], openStorage?: OpenStorage) {
  const out: string[] = [];
  const err: string[] = [];
  const print = (line: string): void => void out.push(line);
  const warn = (line: string): void => void err.push(line);
  return { code: await runCommand(argv, { env: {}, print, warn, ...(openStorage && { openStorage }) }), out, err };
}

describe('the command line', () => {
  it.each([[[]], [['help']], [['--help']], [['-h']]])('shows every command in aligned columns for %j', async (argv) => {
    const { code, out, err } = await run(argv);
    expect([code, err]).toEqual([0, []]);
    const rows = out.filter((line) => line.startsWith('  '));
    expect(rows.map((row) => /^ {2}([a-z-]+(?: [a-z]+)?) /.exec(row)?.[1])).toEqual([...commands.keys()]);
    const columns = [...commands.values()].map(({ does }, index) => rows[index]?.indexOf(does));
    expect(new Set(columns).size).toBe(1);
    expect(columns[0]).toBeGreaterThan(2);
  });

  it.each(['look', 'constructor'])('refuses the unknown command %s with the help', async (name) => {
    const { code, out, err } = await run([name]);
    expect([code, out, err[0]]).toEqual([2, [], `unknown command: ${name}`]);
    expect(err.length).toBeGreaterThan(commands.size);
  });

  it.each([...commands.keys()])('%s answers an unknown option with its usage and exit code 2', async (name) => {
    const { code, out, err } = await run([...name.split(' '), '--nonsense']);
    expect([code, out]).toEqual([2, []]);
    expect(err).toEqual([expect.stringMatching(/^usage-invalid: .*--nonsense/), expect.stringMatching(`^usage: ${name}`)]);
  });

  it.each([...commands.keys()])('%s --help prints its usage, what it does, and its options', async (name) => {
    const { code, out, err } = await run([...name.split(' '), '--help']);
    expect([code, err]).toEqual([0, []]);
    const { does, options } = commands.get(name)!;
    const optionLines = options?.map(([option]): unknown => expect.stringContaining(`  ${option}  `));
    expect(out).toEqual([expect.stringMatching(`^usage: ${name}`), does, ...(optionLines ? ['', ...optionLines] : [])]);
  });

  it('takes --help behind -- for a name', async () => {
    expect((await run(['merge', '--', '--help'])).code).toBe(2);
  });

  it.each([
    [['merge', 'Ada']],
    [['merge', 'Ada', 'Bob', 'Eve']],
    [['people', 'Ada']],
    [['analyze']],
    [['compare', 'a.jpg']],
    [['enroll', 'a.jpg']],
  ])('answers %j with the usage', async (argv) => {
    expect(await run(argv)).toMatchObject({ code: 2, out: [], err: [expect.stringContaining('usage-invalid'), expect.any(String)] });
  });

  it('answers an address of the old service that is none with the usage', async () => {
    const openStorage: OpenStorage = async () => ({ env: { POSTGRES_URL: 'postgres://nowhere' }, close: async () => undefined });
    const { code, err } = await run(['import', '--from', 'old-server:27017'], openStorage);
    expect([code, err]).toEqual([2, [expect.stringMatching(/^usage-invalid: --from must be/), expect.stringMatching(/^usage: import/)]]);
  });

  it('opens what the command needs, closes it after a failure, and leaves no signal handler', async () => {
    const listeners = () => ['SIGINT', 'SIGTERM'].map((signal) => process.listenerCount(signal));
    const before = listeners();
    const seen: string[] = [];
    const openStorage: OpenStorage = async (needs, env) => {
      seen.push(needs, ...listeners().map((count, index) => String(count - (before[index] ?? 0))));
      return { env, close: async () => void seen.push('closed') };
    };
    expect(await run(['people'], openStorage)).toMatchObject({ code: 1, err: [expect.stringContaining('config-invalid')] });
    expect(seen).toEqual(['gallery', '1', '1', 'closed']);
    expect(listeners()).toEqual(before);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('ends in order after %s', async (name, code) => {
    const openStorage: OpenStorage = async (_needs, _env, signal) => {
      process.emit(name, name);
      return Promise.reject(signal.aborted ? new AppError('aborted', 'stopped before it was done') : new Error('not heard'));
    };
    expect(await run(['people'], openStorage)).toMatchObject({ code });
  });

  it('reports what went wrong while the storage was opened', async () => {
    const refusing: OpenStorage = async () => Promise.reject(new Error('no disk'));
    expect(await run(['people'], refusing)).toEqual({ code: 1, out: [], err: ['internal: no disk'] });
  });
});

describe('the gallery of npm start', () => {
  it('is neither opened nor created for a command that does not need it, or that needs one that exists', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'watchpost-storage-'));
    try {
      const env = { DATA_DIR: path.join(folder, 'data') };
      vi.stubEnv('PGOPTIONS', '-c role=other');
      for (const needs of ['nothing', 'gallery'] as const)
        expect((await storageForCommand(needs, env, new AbortController().signal)).env).toBe(env);
      expect(await readdir(folder)).toEqual([]);
      expect(process.env['PGOPTIONS']).toBeUndefined();
    } finally {
      vi.unstubAllEnvs();
      await rm(folder, { recursive: true });
    }
  });

  it('has the keys and the feeds of the demonstration that runs, and others where they are set', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'watchpost-cli-'));
    try {
      const demo = path.join(folder, 'demo');
      const key = 'ab'.repeat(32);
      await mkdir(demo);
      await writeFile(path.join(demo, 'embedded.json'), JSON.stringify({ url: 'postgres://demo', ...(await thisProcess()) }));
      await writeFile(path.join(demo, 'quarantine-key'), key);
      await writeFile(path.join(demo, 'feeds.yaml'), '{}');
      const envOf = async (env: Record<string, string>) =>
        (await storageForCommand('gallery', { DATA_DIR: folder, ...env }, new AbortController().signal)).env;
      const FEEDS_FILE = path.join(demo, 'feeds.yaml');
      expect(await envOf({})).toMatchObject({ POSTGRES_URL: 'postgres://demo', QUARANTINE_KEY: key, MESSAGE_KEY: key, FEEDS_FILE });
      expect(await envOf({ MESSAGE_KEY: 'm', FEEDS_FILE: 'f' })).toMatchObject({ QUARANTINE_KEY: key, MESSAGE_KEY: 'm', FEEDS_FILE: 'f' });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
