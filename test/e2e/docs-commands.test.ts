import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { commands as commandTable } from '@watchpost/cli/commands';
import type { CommandStorage } from '@watchpost/cli/command';
import { runCommand } from '@watchpost/cli/run-command';
import { defaultDecisionSettings } from '@watchpost/gallery/decide/decide';
import type { ProbeFace } from '@watchpost/gallery/gallery';
import { seeEnv } from '@watchpost/see/config';
import { createFaceEngine } from '@watchpost/see/create-face-engine';
import { parseEnv } from '@watchpost/shared/config/parse-env';
import { createLogger } from '@watchpost/shared/observability/logger';
import { storageForCommand } from '@watchpost/standalone/command-storage';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../support/describe-with.ts';
import { failAJob } from '../support/docs-failed-job.ts';
import { commandsOf, documents } from '../support/docs-commands.ts';
import { emptyGallery, snapshotInfo } from '../support/gallery-backends.ts';
import { guideExample, writeCustomModel } from '../support/custom-model.ts';
import { bearded, dark, frameWith, man, woman } from '../support/pictures.ts';
import { newsExpectations, publishNews } from '../support/docs-news.ts';
import { fromRoot } from '../support/root.ts';
import { startGallery } from '../support/start-gallery.ts';
import { mongoStandalone, type Service, type ServiceName } from '../support/services.ts';

const [never, log] = [new AbortController().signal, createLogger('test', 'silent')] as const;
/** A reader's commands are run for real, with the gallery of `npm start`; test/architecture/docs-commands.test.ts knows the other kinds. */
const watchpost = /^(?:[A-Z_]+=\S+ )?npm run --silent watchpost -- |^docker compose .* cli (?=\w)/;
/** Placeholders, and a command that takes the better part of a minute. */
const left = new Set(['COMMAND', 'bench']);
const toRun = documents()
  .map((file) => ({
    file,
    commands: commandsOf(file).filter(({ text }) => watchpost.test(text) && !left.has(text.replace(watchpost, '').split(' ')[0] ?? '')),
  }))
  .filter(({ commands }) => commands.length > 0);

/** The servers that a document's commands need. */
const needs: Record<string, ServiceName[]> = { 'docs/guides/moving-in.md': ['mongo'] };

/** `before`, `after`: the names of everybody in the gallery. */
interface Effects {
  root: string;
  before: string[];
  after: string[];
}

/** The snapshot that gallery.md explains. */
const explained = 'slack-C0123-1700000000.000100-F0123';

/** What each command must print and do. */
const expectations: [of: RegExp, check: (out: string, effects: Effects) => void | Promise<void>][] = [
  [
    /^help$/,
    (out) => expect(Array.from(out.matchAll(/^ {2}([a-z-]+(?: [a-z]+)?) /gm), ([, name]) => name)).toEqual([...commandTable.keys()]),
  ],
  [/^people$/, (out, { before }) => expect(before.filter((name) => out.includes(`${name}  `))).toEqual(before)],
  [
    /^name "Unknown (?:2" Grace|3" Ada)$/,
    (out, { before, after }) => {
      const [, old, chosen = ''] = /^(Unknown \d) is now (\w+)\n$/.exec(out) ?? [];
      expect([old, ...after.toSorted()]).toEqual([expect.any(String), ...before.map((name) => (name === old ? chosen : name)).toSorted()]);
    },
  ],
  [
    /^import( --from \S+)?$/,
    (out) => expect(out).toMatch(/^added +Ada Lovelace\nadded +Grace Hopper\n\n2 people added, 0 already present, 0 /),
  ],
  [
    /^enroll --folder people$/,
    (out, { after }) => {
      expect(out).toMatch(/\n2 of 2 pictures enrolled\n$/);
      expect(after).toEqual(expect.arrayContaining(['Ada Lovelace', 'Grace Hopper']));
    },
  ],
  [/^enroll --name "Ada Lovelace" /, (out) => expect(out).toMatch(/1\.jpg: Ada Lovelace[,\n ][^]*\n1 of 1 pictures enrolled\n$/)],
  [
    /^analyze --annotate /,
    (out, { root }) => {
      expect(out).toMatch(/^some-snapshot\.jpg: 1280 x 720, 2 faces/);
      expect(existsSync(path.join(root, 'look', 'some-snapshot.jpg'))).toBe(true);
    },
  ],
  [
    /^analyze --json --embeddings picture\.jpg$/,
    (out) => expect(JSON.parse(out)).toMatchObject({ faces: [{ embedding: expect.arrayContaining([expect.any(Number)]) as number[] }] }),
  ],
  [
    /^compare front-door\.jpg garage\.jpg passport\.jpg$/,
    (out) =>
      expect(out.split('\n').map((line) => line.replace(/:.*/, ''))).toEqual([
        'front-door.jpg  garage.jpg  different',
        'front-door.jpg  passport.jpg  same',
        'garage.jpg  passport.jpg  different',
        '',
      ]),
  ],
  [
    /^export /,
    async (out, { root, before }) => {
      // Those who were merged into others are in the file too.
      expect(Number(/^(\d+) people, /m.exec(out)?.[1])).toBeGreaterThanOrEqual(before.length);
      expect((await readdir(root)).filter((name) => /^gallery.*\.gz$/.test(name))).not.toEqual([]);
    },
  ],
  [
    /^restore /,
    (out, { before, after }) => {
      expect(out).toMatch(/^restored 3 people, 3 faces, 3 pictures of faces, /);
      expect([before, after.toSorted()]).toEqual([[], ['Unknown 1', 'Unknown 2', 'Unknown 3']]);
    },
  ],
  [/^doctor$/, (out) => expect(out).toMatch(/^(?!fault)[^]* postgres.indexes +all indexes are in [^]*; \d+ in order\n$/)],
  [/^jobs$/, (out) => expect(out).toMatch(/^id +kind .*\nslack-C0123-failed +snapshot +.* 1\/1 +for the test\n$/i)],
  [/^jobs retry --all$/, (out) => expect(out).toBe('1 job put back into the queue\n')],
  [/^explain \S+ --persons 1000 --strangers-named-one-in 10000$/, (out) => expect(out).toMatch(/Unknown 1[^]*Unknown 2[^]*Unknown 3/)],
  [
    /^rules add --name "AWS keys" /,
    (out) => expect(out).toMatch(/^AWS keys: AKIA\[0-9A-Z\]\{16\} in all channels.* \(medium, dry run\)\n/),
  ],
  [
    /^rules add --name Keys --detector secrets --channels C0123ABCD$/,
    (out) => expect(out).toMatch(/^Keys: keys and tokens in C0123ABCD, .*dry run\)\n/),
  ],
  [/^rules list$/, (out) => expect(out).toMatch(/^name [^]*\nAWS keys +dry run +remove /)],
  [/^rules edit "AWS keys" --live$/, (out) => expect(out).toMatch(/^AWS keys: .*: it is removed \(medium, live\)\n$/)],
  [/^rules history$/, (out) => expect(out).toMatch(/ edited AWS keys: state dry run → live .*\n.* added AWS keys /)],
  [/^rules violations --since 7d --csv$/, (out) => expect(out).toMatch(/^id,found,posted,[^\n]*\n$/)],
  [/^rules remove "AWS keys"$/, (out) => expect(out).toBe('AWS keys was removed\n')],
  ...newsExpectations,
  [/^reembed --keep-old$/, (out) => expect(out).toMatch(/^model \S+\n0 faces of other models [^]*\n3 faces of this model embedded again/)],
];

let dataDir: string;
let storage: CommandStorage;
let faces: ProbeFace[];

beforeAll(async () => {
  dataDir = await mkdtemp(path.join(os.tmpdir(), 'watchpost-docs-data-'));
  storage = await storageForCommand('gallery-or-new', { DATA_DIR: dataDir }, never);
  faces = await threeFaces();
});
afterAll(async () => {
  await storage.close();
  await rm(dataDir, { recursive: true });
});
it('documents with commands to run are found', () =>
  expect(toRun.map(({ file }) => file)).toEqual(expect.arrayContaining(['README.md', ...Object.keys(needs)])));

for (const { file, commands } of toRun) {
  describeWith(needs[file] ?? [], `the commands of ${file}`, () => {
    /** As a clone's root: the scripts are there, and whatever the commands write goes nowhere else. */
    let root: string;
    let newsEnv: Record<string, string>;
    /** Everybody in the gallery after the last command. */
    let names: string[];
    const servers: Partial<Record<ServiceName, Service>> = {};

    beforeAll(async () => {
      root = await mkdtemp(path.join(os.tmpdir(), 'watchpost-docs-'));
      process.chdir(root);
      for (const name of ['package.json', 'scripts', 'packages']) await symlink(fromRoot(name), path.join(root, name));
      if (needs[file]?.includes('mongo')) servers.mongo = await mongoOfTheOldService();
      await emptyGallery(storage.env);
      await seeStrangers(storage, faces);
      await writePictures(root);
      newsEnv = await publishNews(root, storage);
      await failAJob(storage);
      names = await namesOf(storage);
    });
    afterAll(async () => {
      process.chdir(fromRoot('.'));
      await Promise.all(Object.values(servers).map(async (server) => server.stop()));
      await rm(root, { recursive: true });
    });

    /** The command with the hosts and folders of this test in place of the reader's. */
    const adapted = (text: string): string =>
      text
        .replace(/^docker compose .* cli (?=\w)/, 'npm run --silent watchpost -- ')
        .replace('mongodb://old-server:27017', servers.mongo?.url ?? '')
        .replaceAll(/(?<= )\/(?:backup|files|tmp)\//g, `${root}/`);

    const inShell = async (text: string, env: Record<string, string | undefined>): Promise<string> =>
      (await promisify(execFile)('sh', ['-c', text], { cwd: root, env })).stdout;

    const run = async (text: string, storageEnv: Record<string, string | undefined>): Promise<string> => {
      const { PATH, HOME } = process.env;
      const ports = { PORT: '0', WORKER_PORT: '0', FEED_PORT: '0', CONSOLE_PORT: '0' };
      const env = { PATH, HOME, INFERENCE_THREADS: '1', ...ports, ...newsEnv, ...storageEnv };
      // README's show that npm, and the look whether all is built, work. They take longer than the commands.
      if (file === 'README.md') return inShell(adapted(text), env);
      // The shell still makes the words of it.
      const words = await inShell(adapted(text).replace(/npm run --silent watchpost -- /, "printf '%s\\0' "), env);
      const [, variable, value] = /^([A-Z_]+)=(\S+) /.exec(text) ?? [];
      const [out, said]: string[][] = [[], []];
      const code = await runCommand(words.split('\0').slice(0, -1), {
        env: variable === undefined ? env : { ...env, [variable]: value },
        openStorage: storageForCommand,
        print: (line) => void out!.push(`${line}\n`),
        warn: (line) => void said!.push(line),
      });
      if (code !== 0) throw new Error(`exit code ${String(code)}: ${said!.join('\n')}`);
      return out!.join('');
    };

    it.each(commands)('line $line: $text', async ({ text }) => {
      if (text.includes(' restore ')) {
        await readyToRestore(root, path.basename(text), storage);
        names = [];
      }
      // The old service's own server is the gallery's where the command names no other.
      const env = text.endsWith(' import') ? { MONGO_CONNECTION_STRING: servers.mongo?.url } : storage.env;
      const before = names;
      const out = await run(text, env);
      names = await namesOf(storage);
      const matching = expectations.filter(([of]) => of.test(text.replace(watchpost, '')));
      expect(matching, 'what the command must do').toHaveLength(1);
      await matching[0]![1](out, { root, before, after: names });
    });
  });
}

/** Three faces as a worker finds them, each with its picture. */
async function threeFaces(): Promise<ProbeFace[]> {
  const engine = await createFaceEngine({ ...parseEnv({}, seeEnv), INFERENCE_THREADS: 1 }, log, never);
  try {
    const { faces } = await engine.see(await frameWith([man[0]!, woman, bearded]), never);
    return faces.map(({ box, embedding, quality, sizePx, crop }) => {
      return { box, embedding, quality: quality.value, sizePx, modelId: engine.modelId, ...(crop && { crop }) };
    });
  } finally {
    await engine.close();
  }
}

async function namesOf({ env }: CommandStorage): Promise<string[]> {
  const { gallery } = await startGallery(env);
  try {
    return (await gallery.people(never)).map(({ name }) => name);
  } finally {
    await gallery.close();
  }
}

/** Lets the gallery see three strangers: Unknown 1 to 3. */
async function seeStrangers({ env }: CommandStorage, faces: readonly ProbeFace[]): Promise<void> {
  // Faces of the real engine: by the product's own settings.
  const { gallery } = await startGallery(env, { settings: { decision: defaultDecisionSettings } });
  try {
    await gallery.recognise(snapshotInfo({ snapshotId: explained }), faces, never);
    expect((await gallery.people(never)).map(({ name }) => name)).toEqual(['Unknown 1', 'Unknown 2', 'Unknown 3']);
  } finally {
    await gallery.close();
  }
}

/** What the guides' commands name: pictures of two people, a snapshot, and a custom model. */
async function writePictures(root: string): Promise<void> {
  const pictures = {
    'people/Ada Lovelace/front.jpg': [dark],
    'people/Grace Hopper/portrait.jpg': [woman],
    'more/1.jpg': [dark],
    'some-snapshot.jpg': [man[1]!, woman],
    'picture.jpg': [woman],
    'front-door.jpg': [man[0]!],
    'garage.jpg': [woman],
    'passport.jpg': [man[2]!],
  };
  for (const [index, [name, cells]] of Object.entries(pictures).entries()) {
    const file = path.join(root, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, await frameWith(cells, { seed: index }));
  }
  await writeFile(path.join(root, 'my-model.json'), guideExample());
  await writeCustomModel(root);
}

async function mongoOfTheOldService(): Promise<Service> {
  const server = await mongoStandalone({ own: true });
  const client = new MongoClient(server.url);
  await client
    .db('facial_embeddings')
    .collection('embeddings')
    .insertMany(['Ada Lovelace', 'Grace Hopper'].map((name) => ({ name, embedding: Array.from({ length: 128 }, () => 0.1) })));
  await client.close();
  return server;
}

/** Gives the last export the name that the command reads, and empties the gallery. */
async function readyToRestore(root: string, name: string, { env }: CommandStorage): Promise<void> {
  const [exported = ''] = (await readdir(root)).filter((file) => /^gallery-.*\.gz$/.test(file));
  await rename(path.join(root, exported), path.join(root, name));
  await emptyGallery(env);
}
