import { encodeTarget } from '@watchpost/shared/chat/post';
import { AppError } from '@watchpost/shared/errors';
import { jobDefinitions } from '@watchpost/shared/jobs/job-kinds';
import { describe, expect, it } from 'vitest';
import { ingestRig as rig, type Rig } from '../../support/ingest-rig.ts';
import { signedSlackRequest, slackFile } from '../../support/signed-slack-request.ts';
import { click, is, press, target } from '../../support/slack-clicks.ts';

const jobs = ({ sent }: Rig) => sent.map(({ job }) => job);
const ids = (it: Rig): Set<string> => new Set(it.sent.flatMap(({ job }) => (job.kind === 'interaction' ? job.id : [])));
const away = async (): Promise<never> => {
  throw new AppError('queue-unavailable', 'the queue did not accept the job in time');
};

describe('a click on a button', () => {
  it('is one job that says who, where, what and when, and is acknowledged with an empty 200', async () => {
    const it = rig();
    expect(await it.interact(press())).toMatchObject({ statusCode: 200, body: '' });
    expect(jobs(it)).toEqual([
      {
        v: 1,
        kind: 'interaction',
        id: expect.stringMatching(/^slack-press-[0-9a-f]{40}$/) as string,
        platform: 'slack',
        atMs: 1_700_000_000_123,
        by: { member: 'U1', channel: 'slack:C0RESULTS', thread: null, url: 'https://hooks.slack.com/actions/T1/1/x' },
        deed: { do: 'press', target, who: null },
      },
    ]);
    expect(jobDefinitions.interaction.schema.safeParse(it.sent[0]?.job).success).toBe(true);
    expect(it.sent[0]?.timeoutMs).toBeLessThanOrEqual(2_300);
    expect(await it.metrics()).toContain('watchpost_ingest_interaction_seconds_count{outcome="queued"} 1');
  });

  it('of a menu says which entry', async () => {
    const it = rig();
    const actions = [{ type: 'overflow', action_id: 'watchpost:menu', action_ts: '1.1', selected_option: { value: encodeTarget(target) } }];
    await it.interact(click('', { actions }));
    expect(jobs(it)).toMatchObject([{ deed: { target } }]);
  });

  it('that is delivered or made twice is one job', async () => {
    const it = rig();
    await it.interact(press());
    await it.interact(press());
    await it.interact(press({ trigger_id: '3.4.def' }, '1700000001.900000'));
    expect(it.sent).toHaveLength(3);
    expect(ids(it).size).toBe(1);
  });

  it.each([
    ['by somebody else', press({ user: { id: 'U2' } })],
    ['on another post', press({ container: { message_ts: '1699999998.000100' } })],
    ['on another button', click(encodeTarget({ ...target, number: 3 }))],
    ['after the post has changed', press({ message: { blocks: [], text: '' } })],
    ['later', press({}, '1700000020.000000')],
  ])('%s is another job', async (_, other) => {
    const it = rig();
    await it.interact(press());
    await it.interact(other);
    expect(ids(it).size).toBe(2);
  });

  it("on the app's own page is one without a channel", async () => {
    const it = rig();
    const page = { container: { type: 'view', view_id: 'V1' }, view: { type: 'home', hash: '1' } };
    await it.interact(press({ channel: undefined, message: undefined, response_url: undefined, ...page }));
    expect(jobs(it)).toMatchObject([{ by: { member: 'U1', channel: null, url: null } }]);
  });

  it('in a thread is answered there', async () => {
    const it = rig();
    await it.interact(press({ container: { message_ts: '2.0', thread_ts: '1.0' } }));
    expect(jobs(it)).toMatchObject([{ by: { thread: '1.0' } }]);
  });

  it('of an app without signatures is told from others by its token', async () => {
    const it = rig({ over: { SLACK_SIGNING_SECRET: undefined, SLACK_VERIFICATION_TOKEN: 'verification-token' } });
    const fields = { command: '/faces', user_id: 'U1', text: 'who', trigger_id: '1.2' };
    for (const token of ['', 'verification-tokem']) {
      expect((await it.interact(press({ token }))).statusCode).toBe(401);
      expect((await it.command({ ...fields, token })).statusCode).toBe(401);
    }
    expect((await it.interact(press({ token: undefined }))).statusCode).toBe(401);
    expect(it.sent).toEqual([]);
    expect((await it.interact(press())).statusCode).toBe(200);
    expect((await it.command({ ...fields, token: 'verification-token' })).statusCode).toBe(200);
    expect(it.sent).toHaveLength(2);
  });

  it.each(['constructor', 'toString', 'valueOf', '__proto__', 'hasOwnProperty'])('of the type %s is none', async (type) => {
    const it = rig();
    const hostile = { ...press(), type, kind: 'press', by: { member: 'U1', channel: 'C1', threadId: null, responseUrl: null }, target };
    expect((await it.interact(hostile)).statusCode).toBe(200);
    expect([it.sent, it.told]).toEqual([[], []]);
    expect(await it.metrics()).toContain('outcome="ignored-unknown-type"} 1');
  });

  it('of an older release is answered with a line', async () => {
    const it = rig();
    expect((await it.interact(click('name:7:2'))).statusCode).toBe(200);
    expect(it.sent).toEqual([]);
    expect(it.told).toMatchObject([{ to: { member: 'U1' }, text: expect.stringContaining('too old') as string }]);
  });

  it('is refused with 503 while the queue is away, and whoever clicked is told', async () => {
    const it = rig({ send: away });
    expect((await it.interact(press())).statusCode).toBe(503);
    expect(it.told).toMatchObject([{ to: { member: 'U1' }, text: expect.stringContaining('try again') as string }]);
    expect(await it.metrics()).toContain('ingest_interaction_seconds_count{outcome="queue-unavailable"} 1');
  });

  it('leaves neither names, texts nor tokens in the log', async () => {
    const it = rig({ send: away });
    await it.interact(press());
    await it.interact(is());
    expect(it.logged.join('')).not.toMatch(/verification-token|hooks\.slack|Ada|1\.2\.abc/);
  });
});

describe('what asks for nothing', () => {
  const button = { type: 'button', action_id: 'link', action_ts: '1.1' };
  it.each([
    ['a link', click('', { actions: [button] }), 'ignored-other-action'],
    ['a field of a dialog', press({ view: { type: 'modal' } }), 'ignored-other-action'],
    ['a closed dialog', { type: 'view_closed', user: { id: 'U1' } }, 'ignored-view-closed'],
    ['a global shortcut', { type: 'shortcut', callback_id: 'x', user: { id: 'U1' } }, 'ignored-other-shortcut'],
    ['a type of tomorrow', { type: 'function_executed' }, 'ignored-unknown-type'],
    ['a click without actions', press({ actions: [] }), 'ignored-malformed'],
    ['a click by nobody', press({ user: null }), 'ignored-malformed'],
    ['no object', [1], 'ignored-malformed'],
  ])('%s is acknowledged and counted', async (_, payload, outcome) => {
    const it = rig();
    expect(await it.interact(payload)).toMatchObject({ statusCode: 200, body: '' });
    expect(it.sent).toEqual([]);
    expect(await it.metrics()).toContain(`ingest_interaction_seconds_count{outcome="${outcome}"} 1`);
  });
});

describe('who is asked', () => {
  it.each(['/api/interactions', '/api/commands'])('only Slack may call %s', async (url) => {
    const it = rig();
    const payload = new URLSearchParams({ payload: JSON.stringify(press()), user_id: 'U1', text: 'list' }).toString();
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await it.app.inject({ method: 'POST', url, headers, payload })).statusCode).toBe(401);
    expect((await it.interact(press(), { secret: 'wrong' })).statusCode).toBe(401);
    expect((await it.command({ user_id: 'U1', text: 'list' }, { secret: 'wrong' })).statusCode).toBe(401);
    expect(it.sent).toEqual([]);
  });

  it('the token is compared where only that is set: in the JSON of a click, in the fields of a command', async () => {
    const over = { SLACK_SIGNING_SECRET: undefined, SLACK_VERIFICATION_TOKEN: 'verification-token' };
    const it = rig({ over });
    expect((await it.interact(press())).statusCode).toBe(200);
    expect((await it.interact(press({ token: 'wrong' }))).statusCode).toBe(401);
    expect((await it.command({ token: 'verification-token', command: '/faces', user_id: 'U1', text: 'list' })).statusCode).toBe(200);
    expect((await it.command({ token: 'wrong', user_id: 'U1', text: 'list' })).statusCode).toBe(401);
    expect(it.sent).toHaveLength(2);
  });

  it('no route is there where neither a secret nor a token is set: then Slack comes over a socket', async () => {
    const it = rig({ over: { SLACK_SIGNING_SECRET: undefined } });
    expect((await it.interact(press())).statusCode).toBe(404);
    expect((await it.post({})).statusCode).toBe(404);
  });

  it.each([
    ['no form', 'application/json', '{}', 415],
    ['a broken payload', 'application/x-www-form-urlencoded', 'payload={', 400],
  ])('%s is refused', async (_, contentType, body, status) => {
    const it = rig();
    const { headers, payload } = signedSlackRequest(body, 'the-signing-secret');
    const response = await it.app.inject({
      method: 'POST',
      url: '/api/interactions',
      headers: { ...headers, 'content-type': contentType },
      payload,
    });
    expect(response.statusCode).toBe(status);
  });
});

describe('the shortcut "Recognise faces"', () => {
  const shortcut = (message: Record<string, unknown>, over: Record<string, unknown> = {}) => ({
    type: 'message_action',
    callback_id: 'recognise_faces',
    trigger_id: '1.2.abc',
    response_url: 'https://hooks.slack.com/app/T1/1/x',
    user: { id: 'U1' },
    channel: { id: 'C0OTHER' },
    action_ts: '1700000000.5',
    message: { ts: '1699999990.000200', text: '', ...message },
    ...over,
  });

  it('is a job with the pictures of the message, attached or shown, and no addresses', async () => {
    const it = rig();
    const shown = [
      { type: 'image', slack_file: { id: 'F9' }, alt_text: 'x' },
      { type: 'image', image_url: 'https://example.com/a.png' },
    ];
    await it.interact(
      shortcut({ files: [slackFile(), slackFile({ id: 'F2', mimetype: 'text/plain', filetype: 'text', name: 'a.txt' })], blocks: shown }),
    );
    expect(jobs(it)).toMatchObject([
      {
        deed: {
          do: 'recognise',
          files: [
            { id: 'F1', url: null },
            { id: 'F9', url: null },
          ],
        },
      },
    ]);
    expect(jobDefinitions.interaction.schema.safeParse(it.sent[0]?.job).success).toBe(true);
  });

  it('takes ten pictures at most, and fits into the queue', async () => {
    const it = rig();
    const long = { name: 'ö'.repeat(5_000), url_private: `https://files.slack.com/${'x'.repeat(2_000)}` };
    await it.interact(
      shortcut({
        files: Array.from({ length: 30 }, (_, index) => slackFile({ id: `F${String(index)}`, ...long, name: `${long.name}.png` })),
      }),
    );
    const [job] = jobs(it);
    expect(job).toMatchObject({ deed: { files: { length: 10 } } });
    expect(Buffer.byteLength(JSON.stringify(job))).toBeLessThan(16_384);
  });

  it('says so if there is no picture', async () => {
    const it = rig();
    expect((await it.interact(shortcut({}))).statusCode).toBe(200);
    expect(it.told).toMatchObject([{ text: 'There is no picture in this message.' }]);
    expect(it.sent).toEqual([]);
  });

  it('of another app is ignored', async () => {
    const it = rig();
    await it.interact(shortcut({ files: [slackFile()] }, { callback_id: 'other' }));
    expect(it.sent).toEqual([]);
  });
});
