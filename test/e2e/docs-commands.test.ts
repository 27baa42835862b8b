import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { CommandStorage } from '@watchpost/cli/run-command';
import type { ProbeFace } from '@watchpost/gallery/gallery';
import { seeEnv } from '@watchpost/see/config';
import { createFaceEngine } from '@watchpost/see/create-face-engine';
import { parseEnv } from '@watchpost/shared/config/parse-env';
import { createLogger } from '@watchpost/shared/observability/logger';
import { storageForCommand } from '@watchpost/standalone/command-storage';
import { Queue, Worker } from 'bullmq';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../support/describe-with.ts';
import { commandsOf, documents } from '../support/docs-commands.ts';
import { emptyGallery, snapshotInfo } from '../support/gallery-backends.ts';
import { guideExample, writeCustomModel } from '../support/custom-model.ts';
import { bearded, dark, frameWith, man, woman } from '../support/pictures.ts';
import { fromRoot } from '../support/root.ts';
import { startGallery } from '../support/start-gallery.ts';
import { mongoStandalone, redis, type Service, type ServiceName } from '../support/services.ts';

const never = new AbortController().signal;
const log = createLogger('test', 'silent');

/** A reader's commands are run for real, with the gallery of `npm start`; test/architecture/docs-commands.test.ts knows the other kinds. */
const watchpost = /^(?:[A-Z_]+=\S+ )?npm run --silent watchpost -- |^docker compose .* cli (?=\w)/;
const retrySnippet = /^node --input-type=module -e /;
/** Placeholders, and a command that takes the better part of a minute. */
const left = new Set(['COMMAND', 'bench']);

const toRun = documents()
  .map((file) => ({
    file,
    commands: commandsOf(file).filter(
      ({ text }) => (watchpost.test(text) && !left.has(text.replace(watchpost, '').split(' ')[0] ?? '')) || retrySnippet.test(text),
    ),
  }))
  .filter(({ commands }) => commands.length > 0);

/** The servers that a document's commands need. */
const needs: Record<string, ServiceName[]> = { 'docs/guides/moving-in.md': ['mongo'], 'docs/operations.md': ['redis'] };

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

it('documents with commands to run are found', () => {
  expect(toRun.map(({ file }) => file)).toEqual(expect.arrayContaining(['README.md', ...Object.keys(needs)]));
});

for (const { file, commands } of toRun) {
  describeWith(needs[file] ?? [], `the commands of ${file}`, () => {
    /** As a clone's root: the scripts are there, and whatever the commands write goes nowhere else. */
    let root: string;
    const servers: Partial<Record<ServiceName, Service>> = {};

    beforeAll(async () => {
      root = await mkdtemp(path.join(os.tmpdir(), 'watchpost-docs-'));
      for (const name of ['package.json', 'scripts', 'packages']) await symlink(fromRoot(name), path.join(root, name));
      if (needs[file]?.includes('redis')) servers.redis = await redis();
      if (needs[file]?.includes('mongo')) servers.mongo = await mongoOfTheOldService();
      await emptyGallery(storage.env);
      await seeStrangers(storage, faces);
      await writePictures(root);
    });
    afterAll(async () => {
      await Promise.all(Object.values(servers).map(async (server) => server.stop()));
      await rm(root, { recursive: true });
    });

    /** The command with the hosts and folders of this test in place of the reader's. */
    const adapted = (text: string): string =>
      text
        .replace(/^docker compose .* cli (?=\w)/, 'npm run --silent watchpost -- ')
        .replace('mongodb://old-server:27017', servers.mongo?.url ?? '')
        .replaceAll(/(?<= )\/(?:backup|files|tmp)\//g, `${root}/`);

    const run = async (text: string, env: Record<string, string | undefined>): Promise<string> => {
      const cwd = retrySnippet.test(text) ? path.join(root, 'packages/shared') : root;
      const { PATH, HOME } = process.env;
      const ran = promisify(execFile)('sh', ['-c', adapted(text)], { cwd, env: { PATH, HOME, INFERENCE_THREADS: '1', ...env } });
      return (await ran).stdout;
    };

    it.each(commands.filter(({ text }) => watchpost.test(text)))('line $line: $text', async ({ text }) => {
      if (text.includes(' restore ')) await readyToRestore(root, path.basename(text), storage);
      // The old service's own server is the gallery's where the command names no other.
      const env = text.endsWith(' import') ? { MONGO_CONNECTION_STRING: servers.mongo?.url } : storage.env;
      expect(await run(text, env)).toMatch(/\w/);
    });

    it.each(commands.filter(({ text }) => retrySnippet.test(text)))('line $line: the snippet retries what has failed', async ({ text }) => {
      const { url = '' } = servers.redis ?? {};
      await failAJob(url);
      await run(text, { REDIS_URL: url });
      expect(await failedJobs(url)).toBe(0);
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

/** Lets the gallery see three strangers: Unknown 1 to 3. */
async function seeStrangers({ env }: CommandStorage, faces: readonly ProbeFace[]): Promise<void> {
  const { gallery } = await startGallery(env);
  try {
    await gallery.recognise(snapshotInfo(), faces, never);
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

const connection = (url: string) => ({ connection: { url }, prefix: 'watchpost' });

async function failAJob(url: string): Promise<void> {
  const queue = new Queue('snapshots', connection(url));
  const worker = new Worker('snapshots', async () => Promise.reject(new Error('for the test')), { ...connection(url), autorun: false });
  try {
    const failed = new Promise((resolve) => worker.once('failed', resolve));
    await queue.add('snapshot', {});
    void worker.run();
    await failed;
  } finally {
    await worker.close();
    await queue.close();
  }
}

/** How many jobs have failed; the queue is emptied. */
async function failedJobs(url: string): Promise<number> {
  const queue = new Queue('snapshots', connection(url));
  try {
    return await queue.getFailedCount();
  } finally {
    await queue.obliterate({ force: true });
    await queue.close();
  }
}
