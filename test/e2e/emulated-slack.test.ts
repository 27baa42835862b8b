import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { WebClient } from '@slack/web-api';
import { startEmulatedSlack, type EmulatedSlack } from '@watchpost/standalone/slack/emulated-slack';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../support/describe-with.ts';
import { startApp, type App } from '@watchpost/bench/servers/app';
import { bearded, dark, frameWith, man, woman } from '../support/pictures.ts';
import { fromRoot } from '../support/root.ts';
import { freePort } from '@watchpost/bench/servers/server';
import { mongoReplicaSet, redis, type Service } from '../support/services.ts';
import { until } from '../support/until.ts';

interface Delivery {
  body: string;
  headers: Record<string, string>;
}

/** A post in the results channel. */
interface Result {
  text: string;
  blocks: { type: string; slack_file?: { id: string } }[];
}

describeWith(['redis', 'mongo'], 'the pair on Redis and a MongoDB replica set, with an emulated Slack', () => {
  const signingSecret = 'e2e-signing-secret';
  let slack: EmulatedSlack;
  let services: Service[] = [];
  let ingest: App;
  let worker: App;
  let recorder: Server;
  let env: Record<string, string>;
  const deliveries: Delivery[] = [];

  beforeAll(async () => {
    const [queue, gallery] = await Promise.all([redis(), mongoReplicaSet()]);
    services = [queue, gallery];
    slack = await startEmulatedSlack({
      port: await freePort(),
      signingSecret,
      apps: ['watchpost', 'Front door', 'Garage'],
      channels: ['cameras', 'results', 'elsewhere'],
    });
    env = {
      SLACK_API_TOKEN: slack.token('watchpost'),
      SLACK_SIGNING_SECRET: signingSecret,
      SLACK_API_URL: slack.apiUrl,
      SLACK_FILE_HOSTS: slack.url,
      // The id of `elsewhere` is a prefix of the second one.
      READ_SLACK_CHANNEL_ID: `${slack.channelId('cameras')},${slack.channelId('elsewhere')}2`,
      WRITE_SLACK_CHANNEL_ID: slack.channelId('results'),
      REDIS_URL: queue.url,
      MONGO_CONNECTION_STRING: gallery.url,
      INFERENCE_THREADS: '1',
    };
    [ingest, worker] = await Promise.all([startApp('ingest', env), startApp('worker', env)]);
    recorder = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        deliveries.push({ body: Buffer.concat(chunks).toString(), headers: request.headers as Record<string, string> });
        response.end();
      });
    });
    await new Promise<void>((resolve) => {
      recorder.listen(0, '127.0.0.1', resolve);
    });
    slack.subscribe(`http://127.0.0.1:${(recorder.address() as AddressInfo).port}/`);
    slack.subscribe(`http://127.0.0.1:${ingest.port}/api/events`);
  }, 180_000);

  afterAll(async () => {
    recorder?.close();
    await Promise.all([ingest?.stop(), worker?.stop()]);
    await slack?.close();
    await Promise.all(services.map((service) => service.stop()));
  });

  /** Posts as a camera pipeline does: a caption, then the files in one message. `place`: in the caption, so that each is a visit of its own. */
  async function post(place: string, pictures: Buffer[], channel = 'cameras'): Promise<void> {
    const camera = place.startsWith('Garage') ? 'Garage' : 'Front door';
    const client = new WebClient(slack.token(camera), { slackApiUrl: slack.apiUrl });
    const id = slack.channelId(channel);
    await client.apiCall('chat.postMessage', { channel: id, text: `Motion detected at ${place}` });
    await client.filesUploadV2({
      channel_id: id,
      file_uploads: pictures.map((file, index) => ({ file, filename: `2026112022140${index}.png`, title: 'snapshot' })),
    });
  }

  /** What readers see of a place, oldest first. */
  async function resultsOf(place: string): Promise<Result[]> {
    const client = new WebClient(slack.token('watchpost'), { slackApiUrl: slack.apiUrl });
    const { messages } = await client.conversations.history({ channel: slack.channelId('results'), limit: 100 });
    return ((messages ?? []).toReversed() as unknown as Result[]).filter(({ text }) => text.startsWith(`${place}: `));
  }

  const untilPosted = (place: string, says: (result: Result) => boolean = () => true): Promise<Result> =>
    until(
      `there is a result of ${place}`,
      async () => {
        const [first] = await resultsOf(place);
        return first !== undefined && says(first) && first;
      },
      60_000,
    );

  async function cli(...args: string[]): Promise<string> {
    const { stdout } = await promisify(execFile)(process.execPath, [fromRoot('apps/cli/dist/main.js'), ...args], {
      env: { ...process.env, ...env },
    });
    return stdout;
  }

  const unknowns = (text: string) => Array.from(text.matchAll(/Unknown \d+/g), ([name]) => name);

  it('shows two strangers in one picture with numbers, and by their names once they have been named', async () => {
    await post('Front door', [await frameWith([man[0]!, woman])]);
    const first = await untilPosted('Front door');
    const [one = '', two = ''] = unknowns(first.text);
    expect(new Set([one, two]).size).toBe(2);
    const client = new WebClient(slack.token('watchpost'), { slackApiUrl: slack.apiUrl });
    const file = first.blocks.find(({ type }) => type === 'image')?.slack_file?.id ?? '';
    const { file: info } = await client.files.info({ file });
    const picture = await fetch(info!.url_private!, { headers: { authorization: `Bearer ${slack.token('watchpost')}` } });
    expect(Buffer.from(await picture.arrayBuffer()).subarray(0, 3)).toEqual(Buffer.from([0xff, 0xd8, 0xff]));

    await cli('name', one, 'Ada');
    await cli('name', two, 'Grace');
    expect(await cli('people')).toMatch(/Ada[\s\S]*Grace|Grace[\s\S]*Ada/);
    // The post itself follows, and stays the only one.
    await untilPosted('Front door', ({ text }) => text.includes('Ada') && text.includes('Grace'));
    expect(await resultsOf('Front door')).toHaveLength(1);
    await post('Garage', [await frameWith([man[1]!, woman], { seed: 1 })]);
    await untilPosted('Garage', ({ text }) => text.includes('Ada') && text.includes('Grace'));
  });

  it('makes one visit of three files in one post', async () => {
    await post('Garage 2', [
      await frameWith([bearded], { seed: 1 }),
      await frameWith([dark], { seed: 2 }),
      await frameWith([woman], { seed: 3 }),
    ]);
    const { text } = await untilPosted('Garage 2', ({ blocks }) => JSON.stringify(blocks).includes('3 snapshots'));
    expect(text).toContain('Grace');
    expect(new Set(unknowns(text)).size).toBe(2);
    expect(await resultsOf('Garage 2')).toHaveLength(1);
  });

  it('posts one result for an event that is delivered four times', async () => {
    deliveries.length = 0;
    await post('Front door 3', [await frameWith([man[2]!], { seed: 2 })]);
    await untilPosted('Front door 3');
    const event = deliveries.find(({ body }) => body.includes('"file_share"'))!;
    const answers = await Promise.all(
      [1, 2, 3].map((retry) =>
        fetch(`http://127.0.0.1:${ingest.port}/api/events`, {
          method: 'POST',
          body: event.body,
          headers: {
            'content-type': 'application/json',
            'x-slack-request-timestamp': event.headers['x-slack-request-timestamp']!,
            'x-slack-signature': event.headers['x-slack-signature']!,
            'x-slack-retry-num': String(retry),
            'x-slack-retry-reason': 'http_timeout',
          },
        }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    // The next snapshot goes through the same queue: had there been more jobs, they would be done before it.
    await post('Garage 3', [await frameWith([woman], { seed: 5 })]);
    await untilPosted('Garage 3');
    expect(await resultsOf('Front door 3')).toHaveLength(1);
    expect(JSON.stringify(await resultsOf('Front door 3'))).not.toContain('2 snapshots');
  });

  it('ignores a channel whose id is a prefix of one that it reads', async () => {
    await post('Garage 4', [await frameWith([woman], { seed: 4 })], 'elsewhere');
    await post('Garage 5', [await frameWith([woman], { seed: 6 })]);
    await untilPosted('Garage 5');
    expect(await resultsOf('Garage 4')).toEqual([]);
  });

  it('stops within its grace period, with no secret, message text or vector in its log', async () => {
    expect(await Promise.all([ingest.stop(), worker.stop()])).toEqual([0, 0]);
    const logs = ingest.log() + worker.log();
    expect(logs).toContain('visit done');
    for (const secret of [slack.token('watchpost'), signingSecret, 'Motion detected']) expect(logs).not.toContain(secret);
    expect(logs).not.toMatch(/(?:-?0\.\d{4,},\s*){8}/);
  });
});
