import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Check } from '@watchpost/doctor/finding';
import { runCheck, runDoctor } from '@watchpost/doctor/run-doctor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bad, examined, shown, startAskedSlack } from '../../support/scale-doctor.ts';

const never = new AbortController().signal;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'watchpost-doctor-'));
});
afterAll(async () => rm(folder, { recursive: true, force: true }));

const file = async (name: string, text: string): Promise<string> => {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
};

describe('the doctor', () => {
  it('works without any variable, and then finds no fault', async () => {
    const lines = await examined({}, /./);
    expect(lines.filter((line) => line.startsWith('fault'))).toEqual([]);
    expect(lines).toContainEqual(expect.stringMatching(/^note config.platform: .*npm start/));
    expect(lines).toContainEqual(expect.stringMatching(/^ok models.files/));
  });

  it('tells each faulty variable without its value, and examines the rest', async () => {
    const lines = await examined({ REDIS_URL: 'http://canary', SLACK_API_TOKEN: 'xoxb-canary', INFERENCE_THREADS: 'canary' }, /./);
    const faults = bad(lines).filter((line) => line.startsWith('fault'));
    expect(faults).toHaveLength(5);
    for (const name of ['REDIS_URL', 'READ_SLACK_CHANNEL_ID', 'WRITE_SLACK_CHANNEL_ID', 'SLACK_SIGNING_SECRET', 'INFERENCE_THREADS'])
      expect(faults.join('\n')).toContain(name);
    expect(lines.join()).not.toContain('canary');
    expect(lines).toContainEqual(expect.stringMatching(/^ok machine.node/));
  });

  it('cuts off what hangs, keeps what was found before, and says what to do', async () => {
    const check: Check = {
      id: 'x',
      repair: 'look at x',
      examine: async (report) => {
        report.ok('x.first', 'is there');
        await new Promise(() => undefined);
      },
    };
    expect((await runCheck(check, 30, never)).map(shown)).toEqual(['ok x.first: is there', 'fault x: no answer within 0.03 s → look at x']);
  });

  it('stops as a whole when it is told to', async () => {
    const hanging: Check = { id: 'x', repair: '', examine: async () => new Promise(() => undefined) };
    const stopping = new AbortController();
    const running = runCheck(hanging, 60_000, stopping.signal);
    stopping.abort();
    await expect(running).rejects.toMatchObject({ code: 'aborted' });
  });

  it('a Slack that does not answer is one finding, and the others come', async () => {
    const slack = await startAskedSlack();
    slack.hangs = true;
    try {
      const env = {
        SLACK_API_URL: slack.apiUrl,
        SLACK_API_TOKEN: 'xoxb-1',
        READ_SLACK_CHANNEL_ID: 'C1',
        WRITE_SLACK_CHANNEL_ID: 'C2',
        SLACK_APP_TOKEN: 'xapp-1',
      };
      const findings = await runDoctor(
        { env: { ...env, PORT: '0', WORKER_PORT: '0', FEED_PORT: '0', CONSOLE_PORT: '0' }, limitMs: 300 },
        never,
      );
      const lines = findings.map(shown);
      for (const id of ['slack.token', 'slack.time', 'slack.socket'])
        expect(lines).toContainEqual(expect.stringContaining(`fault ${id}: no answer within 0.3 s → `));
      expect(lines).toContainEqual(expect.stringMatching(/^ok machine.node/));
    } finally {
      await slack.close();
    }
  });

  it('finds servers that are not there, without their passwords', async () => {
    const lines = bad(
      await examined({ REDIS_URL: 'redis://u:canary@127.0.0.1:9', POSTGRES_URL: 'postgres://u:canary@127.0.0.1:9/x' }, /^(redis|postgres)/),
    );
    expect(lines).toEqual([
      expect.stringMatching(/^fault redis: .*127.0.0.1:9.*REDIS_URL/),
      expect.stringMatching(/^fault postgres: .*ECONNREFUSED.*POSTGRES_URL/),
    ]);
    expect(lines.join()).not.toContain('canary');
  });

  it('reads the settings files, and names each faulty line', async () => {
    const good = await file('cameras.yaml', 'cameras:\n  - name: Front door\n');
    const wrong = await file('feeds.yaml', 'feeds:\n  - slug: a\n  - slug: a\n');
    const lines = await examined({ CAMERAS_FILE: good, FEEDS_FILE: wrong, SCHEDULE_FILE: join(folder, 'none.yaml') }, /^files/);
    expect(lines).toContainEqual(`ok files.cameras: ${good} has no fault`);
    expect(lines).toContainEqual(expect.stringMatching(/^fault files.feeds: .*feeds.yaml:3:\d+: .*slug is that of another feed/));
    expect(lines).toContainEqual(expect.stringMatching(/^fault files.schedule: .*ENOENT.* → let SCHEDULE_FILE name/));
  });

  it('finds a port that another program has', async () => {
    const other = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    try {
      await new Promise((resolve) => other.once('listening', resolve));
      const port = String((other.address() as AddressInfo).port);
      expect(await examined({ HOST: '127.0.0.1', PORT: port }, /^ports/)).toEqual([
        expect.stringMatching(new RegExp(`^fault ports: port ${port}, for ingest, is used by another program → .*set PORT`)),
      ]);
    } finally {
      other.close();
    }
    expect(await examined({ HOST: '192.0.2.1', PORT: '4711' }, /^ports/)).toEqual([
      expect.stringMatching(/^fault ports: .*EADDRNOTAVAIL.*HOST/),
    ]);
  });

  it('finds converters that are missing, models and a cache that cannot be used', async () => {
    const plain = await file('plain', 'x');
    const lines = await examined(
      {
        CONVERT_HOSTS: 'example.org',
        PATH: folder,
        FFMPEG_PATH: plain,
        MODEL_CACHE_DIR: join(plain, 'x'),
        EMBEDDING_MODEL: plain,
        INFERENCE_THREADS: '250',
      },
      /^(convert|models|machine\.(threads|memory))/,
    );
    expect(lines).toContainEqual(expect.stringMatching(/^fault convert.tools: FFMPEG_PATH names a file that cannot be run/));
    expect(lines).toContainEqual(expect.stringMatching(/^warning models.cache: .*ENOTDIR/));
    expect(lines).toContainEqual(expect.stringMatching(/^fault models.embedding/));
    expect(lines).toContainEqual(expect.stringMatching(/^warning machine.threads: INFERENCE_THREADS is 250/));
    const without = await examined({ CONVERT_HOSTS: 'example.org', PATH: folder }, /^convert/);
    expect(without).toContainEqual(expect.stringMatching(/^warning convert.yt-dlp/));
  });
});
