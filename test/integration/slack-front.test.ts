import { compareTs } from '@watchpost/standalone/slack/front/web-api';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startSlackPage, type SlackPageRig } from '../support/slack-page-rig.ts';

const you = 'U000000001';
const plain = (text: string) => ({ type: 'plain_text', text });
const button = { type: 'button', action_id: 'go', value: 'is|v1|2|p1', text: plain('This is…') };
const modal = {
  type: 'modal',
  callback_id: 'naming',
  private_metadata: 'about 2',
  title: plain('This is…'),
  submit: plain('Save'),
  blocks: [
    { type: 'input', block_id: 'known', optional: true, label: plain('Known'), element: { type: 'external_select', action_id: 'known' } },
    { type: 'input', block_id: 'member', optional: true, label: plain('Member'), element: { type: 'users_select', action_id: 'member' } },
    { type: 'input', block_id: 'name', optional: true, label: plain('Name'), element: { type: 'plain_text_input', action_id: 'name' } },
  ],
};

describe('what the emulated Slack sends to an app', () => {
  let rig: SlackPageRig;
  let channel: string;
  beforeAll(async () => {
    rig = await startSlackPage();
    channel = rig.slack.channelId('who-was-there');
  });
  afterEach(() => {
    rig.answerWith(() => ({}));
    rig.received.length = 0;
    for (const { id } of rig.slack.front.onlyHere.modals()) rig.slack.front.onlyHere.close(id, true);
    for (const { ts } of rig.slack.front.onlyHere.ephemerals()) rig.slack.front.onlyHere.remove(ts);
  });
  afterAll(async () => rig.close());

  const clicks = () => rig.slack.front.clicks;
  const here = () => rig.slack.front.onlyHere;
  const post = async (more: Record<string, unknown> = {}): Promise<string> =>
    (await rig.call('chat.postMessage', { channel, text: 'x', blocks: [{ type: 'actions', block_id: 'b', elements: [button] }], ...more }))[
      'ts'
    ];
  const press = (ts: string) => clicks().press({ message: { channel, ts } }, { block: 'b', action: 'go', value: 'is|v1|2|p1' }, []);
  const last = () => rig.received.findLast(({ body }) => body['type'] !== 'event_callback')!;
  const openModal = async (): Promise<string> => {
    rig.answerWith(async ({ body }) => {
      if (body['type'] === 'block_actions') await rig.call('views.open', { trigger_id: body['trigger_id'], view: modal });
      return {};
    });
    expect(await press(await post())).toEqual({});
    return here().modals()[0]!.id;
  };

  it('a click is signed, and says who clicked what where', async () => {
    const ts = await post({ metadata: { event_type: 'visit', event_payload: { key: 'k' } } });
    expect(await press(ts)).toEqual({});
    const { path, signed, body } = last();
    expect({ path, signed }).toEqual({ path: '/api/interactions', signed: true });
    expect(body).toMatchObject({
      type: 'block_actions',
      user: { id: you, team_id: 'T000000001' },
      api_app_id: 'A0WATCHPOST',
      container: { type: 'message', message_ts: ts, channel_id: channel, is_ephemeral: false },
      channel: { id: channel, name: 'who-was-there' },
      message: { ts, metadata: { event_payload: { key: 'k' } } },
      actions: [{ type: 'button', action_id: 'go', block_id: 'b', value: 'is|v1|2|p1' }],
    });
    expect(body['actions'][0].action_ts).toMatch(/^\d+\.\d{6}$/);
    expect(body['trigger_id']).toBeTruthy();
  });

  it('whoever sits at the page is in the results channel, and may ask and name', async () => {
    expect(await rig.call('conversations.members', { channel, limit: 1_000 })).toMatchObject({
      ok: true,
      members: expect.arrayContaining([you]) as unknown,
    });
  });

  it('a trigger opens one dialog', async () => {
    await press(await post());
    const trigger = last().body['trigger_id'];
    expect(await rig.call('views.open', { trigger_id: trigger, view: modal })).toMatchObject({ ok: true });
    expect(here().modals()).toHaveLength(1);
    expect(await rig.call('views.open', { trigger_id: trigger, view: modal })).toMatchObject({ ok: false, error: 'exchanged_trigger_id' });
  });

  it('a click on a button that is gone is not sent', async () => {
    const ts = await post();
    await rig.call('chat.update', { channel, ts, text: 'without buttons' });
    expect((await press(ts)).error).toMatch(/has changed/);
    await rig.call('chat.delete', { channel, ts });
    expect((await press(ts)).error).toMatch(/has changed/);
    expect(rig.received.filter(({ path }) => path === '/api/interactions')).toEqual([]);
  });

  it('a click in a thread finds its message', async () => {
    const parent = await post();
    const reply = await post({ thread_ts: parent });
    const at = { message: { channel, ts: reply, thread: parent } };
    expect(await clicks().press(at, { block: 'b', action: 'go', value: 'x' }, [])).toEqual({});
    expect(last().body['container']).toMatchObject({ message_ts: reply, thread_ts: parent });
  });

  it('a dialog is answered with what its fields hold, each in the shape of its kind', async () => {
    const view = await openModal();
    rig.answerWith(() => ({}));
    const fields = [
      { block: 'known', action: 'known', value: 'p7', label: 'Ada' },
      { block: 'member', action: 'member', value: 'U5' },
      { block: 'name', action: 'name', value: null },
    ];
    expect(await clicks().submit(view, fields)).toEqual({});
    expect(last().body).toMatchObject({
      type: 'view_submission',
      view: {
        id: view,
        callback_id: 'naming',
        private_metadata: 'about 2',
        state: {
          values: {
            known: { known: { type: 'external_select', selected_option: { value: 'p7', text: { text: 'Ada' } } } },
            member: { member: { type: 'users_select', selected_user: 'U5' } },
            name: { name: { type: 'plain_text_input', value: null } },
          },
        },
      },
    });
    expect(here().modals()).toEqual([]);
  });

  it('a dialog stays open with errors, is replaced, or closed, as the app answers', async () => {
    const view = await openModal();
    rig.answerWith(() => ({ json: { response_action: 'errors', errors: { name: 'Type a name' } } }));
    expect(await clicks().submit(view, [])).toEqual({ errors: { name: 'Type a name' } });
    rig.answerWith(() => ({ json: { response_action: 'update', view: { ...modal, title: plain('Sure?') } } }));
    expect(await clicks().submit(view, [])).toEqual({});
    expect(
      here()
        .modals()
        .map(({ title }) => title?.text),
    ).toEqual(['Sure?']);
    rig.answerWith(() => ({ json: { response_action: 'push', view: { ...modal, title: plain('Really?') } } }));
    expect(await clicks().submit(view, [])).toEqual({});
    expect(
      here()
        .modals()
        .map(({ title }) => title?.text),
    ).toEqual(['Sure?', 'Really?']);
    rig.answerWith(() => ({ json: { response_action: 'clear' } }));
    await clicks().submit(view, []);
    expect(here().modals()).toEqual([]);
  });

  it.each([
    ['is late', { afterMs: 3_300 }],
    ['fails', { status: 500 }],
    ['answers something else', { json: { ok: true } }],
  ])('a dialog stays open when the app %s', async (_, answer) => {
    const view = await openModal();
    rig.answerWith(() => answer);
    expect((await clicks().submit(view, [])).error).toMatch(/trouble connecting/);
    expect(here().modals()).toHaveLength(1);
  });

  it('type-ahead asks the app, and shows nothing when it fails', async () => {
    const view = await openModal();
    rig.answerWith(() => ({ json: { options: [{ text: plain('Ada'), value: 'p1' }] } }));
    expect(await clicks().suggest({ view }, { block: 'known', action: 'known', value: 'ad' })).toEqual({
      options: [{ value: 'p1', label: 'Ada' }],
    });
    expect(last().body).toMatchObject({ type: 'block_suggestion', action_id: 'known', block_id: 'known', value: 'ad', view: { id: view } });
    rig.answerWith(() => ({ json: 'nonsense' }));
    expect(await clicks().suggest({ view }, { block: 'known', action: 'known', value: 'ad' })).toEqual({ options: [] });
  });

  it('a command is a signed form; its answer is seen by the asker only', async () => {
    rig.answerWith(() => ({ json: { text: '3 cameras', response_type: 'ephemeral' } }));
    expect(await clicks().send(channel, '/faces status & more')).toEqual({});
    expect(last()).toMatchObject({
      path: '/api/commands',
      signed: true,
      body: { command: '/faces', text: 'status & more', user_id: you, channel_id: channel },
    });
    expect(
      here()
        .ephemerals()
        .map(({ text, by }) => ({ text, by })),
    ).toEqual([{ text: '3 cameras', by: 'app' }]);
  });

  it('says of a command that fails, or that nobody has, what Slack says', async () => {
    rig.answerWith(() => ({ status: 503 }));
    await clicks().send(channel, '/faces who');
    await clicks().send(channel, '/nothing');
    expect(
      here()
        .ephemerals()
        .map(({ text, by }) => `${by}: ${text}`),
    ).toEqual(['slack: /faces failed with the error "dispatch_failed".', 'slack: `/nothing` is not a command here. Try `/faces`.']);
  });

  it('answers to a response_url: five, where it was asked', async () => {
    const ts = await post();
    await press(ts);
    const url = last().body['response_url'];
    const answer = async (body: unknown) => (await fetch(url, { method: 'POST', body: JSON.stringify(body) })).status;
    expect(await answer({ text: 'only you' })).toBe(200);
    expect(
      here()
        .ephemerals()
        .map(({ text }) => text),
    ).toEqual(['only you']);
    expect(await answer({ text: 'edited', replace_original: true })).toBe(200);
    const history = async () =>
      (await rig.call('conversations.history', { channel, oldest: ts, inclusive: true }))['messages'] as { text: string }[];
    expect((await history()).map(({ text }) => text)).toEqual(['edited']);
    expect(await answer({ text: 'for all', response_type: 'in_channel' })).toBe(200);
    expect((await history())[0]!.text).toBe('for all');
    expect(await answer({})).toBe(400);
    expect(await answer({ delete_original: true })).toBe(200);
    expect((await history()).map(({ text }) => text)).toEqual(['for all']);
    expect(await answer({ text: 'fifth' })).toBe(200);
    expect(await answer({ text: 'sixth' })).toBe(404);
  });

  it('a shortcut carries the whole message; the App Home is an event', async () => {
    const camera = rig.slack.channelId('camera-snapshots');
    await rig.upload(Buffer.from('x'), { channel: camera, app: 'Front door' });
    const { messages } = await rig.call('conversations.history', { channel: camera });
    await clicks().shortcut({ channel: camera, ts: messages[0].ts }, 'recognise_faces');
    expect(last().body).toMatchObject({
      type: 'message_action',
      callback_id: 'recognise_faces',
      message: { files: [{ name: 'snapshot.png' }] },
    });
    await clicks().openHome();
    expect(rig.received.at(-1)).toMatchObject({
      path: '/api/events',
      signed: true,
      body: { event: { type: 'app_home_opened', user: you, tab: 'home' } },
    });
  });

  it('compares time stamps by all of their digits', () => {
    expect(compareTs('1700000000.000002', '1700000000.000010')).toBe(-1);
    expect(compareTs('1700000001.000000', '1700000000.999999')).toBe(1);
    expect(compareTs('1700000000.1', '1700000000.100000')).toBe(0);
  });
});

describe("the page's server", () => {
  let rig: SlackPageRig;
  beforeAll(async () => {
    rig = await startSlackPage();
  });
  afterAll(async () => rig.close());

  it('lets only its own scripts run, and only its own page click', async () => {
    const page = await fetch(rig.pageUrl);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'");
    expect(await page.text()).not.toMatch(/<script>|<script(?! type="module" src="\/client\.js")|\sstyle=|\son\w+=/);
    const deed = { method: 'POST', body: JSON.stringify({ do: 'home' }) };
    expect((await fetch(`${rig.pageUrl}do`, deed)).status).toBe(415);
    expect((await fetch(`${rig.pageUrl}do`, { ...deed, headers: { 'content-type': 'application/json' } })).status).toBe(200);
    expect(
      (await fetch(`${rig.pageUrl}do`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"do":"x"}' })).status,
    ).toBe(400);
  });

  it('serves pictures that the app may see, and nothing else', async () => {
    const id = await rig.upload(Buffer.from('not really a picture'), { name: 'a.png' });
    expect((await fetch(`${rig.pageUrl}picture/${id}`)).headers.get('content-type')).toBe('image/png');
    for (const path of ['picture/F0NONE', 'client.ts', '..%2fclient.js', 'nothing'])
      expect((await fetch(`${rig.pageUrl}${path}`)).status).toBe(404);
  });
});
