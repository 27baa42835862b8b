import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { WebClient } from '@slack/web-api';
import { drawSnapshot } from '@watchpost/standalone/demo/snapshot';
import { openContactSheet } from '@watchpost/standalone/demo/contact-sheet';
import { regulars } from '@watchpost/standalone/demo/cast';
import { type EmulatedSlack, startEmulatedSlack } from '@watchpost/standalone/slack/emulated-slack';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../support/describe-with.ts';
import { fromRoot } from '../support/root.ts';
import { freePort } from '@watchpost/bench/servers/server';
import { mongoStandalone, redis, type Service } from '../support/services.ts';
import { until } from '../support/until.ts';

/** The operators of the service that this one replaces have five variables and a standalone MongoDB server. */
describeWith(['mongo', 'redis'], 'npm start with the five variables of the old service', () => {
  let mongo: Service;
  let queue: Service;
  let slack: EmulatedSlack;
  const token = 'verification-token';
  let target = '';
  // The emulator signs its events; the old variables have a token in them instead.
  const relay = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      void fetch(target, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ...JSON.parse(body), token }),
      }).then(
        ({ status }) => response.writeHead(status).end(),
        () => response.writeHead(502).end(),
      );
    });
  });

  beforeAll(async () => {
    const relayPort = await freePort();
    relay.listen(relayPort, '127.0.0.1');
    [mongo, queue] = await Promise.all([mongoStandalone({ own: true }), redis({ own: true })]);
    slack = await startEmulatedSlack({
      port: await freePort(),
      signingSecret: 'unused',
      apps: ['watchpost', 'camera'],
      channels: ['cameras', 'results'],
    });
    slack.subscribe(`http://127.0.0.1:${relayPort}/`);
  });
  afterAll(async () => {
    relay.close();
    await slack.close();
    await Promise.all([mongo.stop(), queue.stop()]);
  });

  it.each([
    ['keeps the gallery there and brings the queue', false],
    ['brings nothing when REDIS_URL is set too', true],
  ])('%s', async (_title, withRedis) => {
    const dataDir = await mkdtemp(path.join(os.tmpdir(), 'watchpost-old-'));
    const port = await freePort();
    target = `http://127.0.0.1:${port}/api/events`;
    const launcher = start({
      SLACK_API_TOKEN: slack.token('watchpost'),
      READ_SLACK_CHANNEL_ID: slack.channelId('cameras'),
      WRITE_SLACK_CHANNEL_ID: slack.channelId('results'),
      SLACK_VERIFICATION_TOKEN: token,
      MONGO_CONNECTION_STRING: mongo.url,
      ...(withRedis ? { REDIS_URL: queue.url } : {}),
      // Where the test's Slack is, and what keeps two tests apart.
      SLACK_API_URL: slack.apiUrl,
      SLACK_FILE_HOSTS: slack.url,
      DATA_DIR: dataDir,
      PORT: String(port),
      WORKER_PORT: '0',
    });
    await until('it is ready', () => launcher.ready(), 90_000);
    const before = await posted(slack);
    const picture = await drawSnapshot(
      await openContactSheet(),
      { camera: 'Front door', people: [regulars.blonde] },
      new Date(),
      Math.random,
    );
    const camera = new WebClient(slack.token('camera'), { slackApiUrl: slack.apiUrl });
    // Named after the test: otherwise this would be the same visit as that of the test before.
    await camera.apiCall('chat.postMessage', { channel: slack.channelId('cameras'), text: `Motion detected at ${dataDir.slice(-6)}` });
    await camera.filesUploadV2({ channel_id: slack.channelId('cameras'), file: picture, filename: 'front-door.jpg' });
    await until('the result is posted', async () => (await posted(slack)) > before, 60_000);

    const client = new MongoClient(mongo.url);
    const names = (await client.db().listCollections().toArray()).map(({ name }) => name);
    await client.close();
    expect(names.length).toBeGreaterThan(0);
    expect(readdirSync(dataDir).includes('postgres')).toBe(!withRedis);
    launcher.child.kill('SIGTERM');
    expect(await launcher.exited).toBe(0);
    await rm(dataDir, { recursive: true, force: true });
  });
});

function start(env: Record<string, string>): { child: ChildProcess; exited: Promise<number | null>; ready(): boolean } {
  const child = spawn(process.execPath, [fromRoot('apps/standalone/dist/main.js')], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return {
    child,
    exited: new Promise((resolve) => child.once('exit', resolve)),
    ready: () => {
      if (child.exitCode !== null) throw new Error(output);
      return output.includes('watchpost: ready:');
    },
  };
}

/** How many pictures the results channel has. */
async function posted(slack: EmulatedSlack): Promise<number> {
  const client = new WebClient(slack.token('watchpost'), { slackApiUrl: slack.apiUrl });
  const { messages = [] } = await client.conversations.history({ channel: slack.channelId('results'), limit: 100 });
  return messages.filter(({ blocks }) => JSON.stringify(blocks ?? []).includes('slack_file')).length;
}
