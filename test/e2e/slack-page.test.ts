import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { frameWith, man } from '../support/pictures.ts';
import { checkAccess } from '../support/check-access.ts';
import { type Answered, type Loose, openBrowser, startSlackPage, type Received, type SlackPageRig } from '../support/slack-page-rig.ts';

const you = 'U000000001';
const plain = (text: string) => ({ type: 'plain_text', text });
const section = (text: string, more: Record<string, unknown> = {}) => ({ type: 'section', text: { type: 'mrkdwn', text }, ...more });

/** An app as small as can be that names faces: enough to see the page work. Its blocks are those of a real post. */
describe('the page of the emulated Slack, in a browser', () => {
  let rig: SlackPageRig;
  let browser: Browser;
  let tab: Page;
  let picture: string;
  let results: string;
  let names: Map<number, string>;
  let shown: { ts: string } | undefined;
  const faults: string[] = [];

  const blocksNow = () => [
    { type: 'image', slack_file: { id: picture }, alt_text: 'Two people at Front door', title: plain('Front door') },
    section(`*Front door*, <!date^1700000000^{time}|22:13 UTC>, from 2 snapshots`),
    ...[1, 2].flatMap((number) => [
      section(`*${number}*: ${names.get(number) ?? `Unknown ${number}`}`, {
        accessory: {
          type: 'overflow',
          action_id: 'watchpost:menu',
          options: [{ text: plain('Not a face'), value: `not-a-face|v1|${number}|` }],
        },
      }),
      {
        type: 'actions',
        elements: [
          { type: 'button', action_id: 'watchpost:is', text: plain('This is…'), value: `is|v1|${number}|`, style: 'primary' },
          ...(names.has(number) ? [{ type: 'button', action_id: 'watchpost:undo', text: plain('Undo'), value: `undo|v1||${number}` }] : []),
        ],
      },
    ]),
  ];
  const naming = (number: string) => ({
    type: 'modal',
    private_metadata: number,
    title: plain('This is…'),
    submit: plain('Save'),
    close: plain('Cancel'),
    blocks: [
      section(`Who is ${number} at Front door?`),
      {
        type: 'input',
        block_id: 'p',
        optional: true,
        label: plain('Somebody known'),
        element: { type: 'external_select', action_id: 'p', min_query_length: 0 },
      },
      {
        type: 'input',
        block_id: 'm',
        optional: true,
        label: plain('A member of this workspace'),
        element: { type: 'users_select', action_id: 'm' },
      },
      {
        type: 'input',
        block_id: 'n',
        optional: true,
        label: plain('Or a new name'),
        element: { type: 'plain_text_input', action_id: 'n', max_length: 80 },
      },
    ],
  });
  const redraw = () => rig.call('chat.update', { channel: results, ts: shown!.ts, text: 'edited', blocks: blocksNow() });

  /** What the app does, by the type of what it receives. */
  const answers: Record<string, (body: Loose) => Promise<Answered>> = {
    command: async (body) => ({ json: { text: `You asked: ${body['text']}` } }),
    message_action: async (body) => {
      await rig.call('chat.postEphemeral', { channel: body['channel'].id, user: you, text: 'Looking at it.' });
      return {};
    },
    block_suggestion: async () => ({ json: { options: ['Ada', 'Ada Lovelace'].map((name) => ({ text: plain(name), value: name })) } }),
    view_submission: async ({ view }) => {
      const { p, m, n } = view.state.values;
      const name = p.p.selected_option?.value ?? m.m.selected_user ?? n.n.value;
      if (!name) return { json: { response_action: 'errors', errors: { n: 'Choose somebody, or type a name.' } } };
      names.set(Number(view.private_metadata), name);
      await redraw();
      await rig.call('chat.postEphemeral', { channel: results, user: you, text: `${view.private_metadata} is *${name}* now.` });
      return {};
    },
    block_actions: async (body) => {
      const [pressed] = body['actions'];
      const [action, , number, subject] = (pressed.value ?? pressed.selected_option.value).split('|');
      if (action === 'is') {
        await rig.call('views.open', { trigger_id: body['trigger_id'], view: naming(number) });
        return {};
      }
      if (action === 'undo') names.delete(Number(subject));
      else names.set(Number(number), 'not a face');
      await redraw();
      return {};
    },
    event_callback: async () => {
      await rig.call('views.publish', { user_id: you, view: { type: 'home', blocks: [section('*Last visits*')] } });
      return {};
    },
  };
  const app = async ({ path, body }: Received): Promise<Answered> =>
    (await answers[path === '/api/commands' ? 'command' : body['type']]?.(body)) ?? {};

  beforeAll(async () => {
    rig = await startSlackPage();
    results = rig.slack.channelId('who-was-there');
    rig.answerWith(app);
    const frame = await frameWith([man[0]!]);
    picture = await rig.upload(frame);
    await rig.upload(frame, { channel: rig.slack.channelId('camera-snapshots'), app: 'Front door' });
    browser = await openBrowser();
  });
  afterEach(async () => {
    await tab?.close();
    for (const { id } of rig.slack.front.onlyHere.modals()) rig.slack.front.onlyHere.close(id, true);
    for (const { ts } of rig.slack.front.onlyHere.ephemerals()) rig.slack.front.onlyHere.remove(ts);
    await rig.call('chat.delete', { channel: results, ts: shown!.ts });
    if (faults.length > 0) throw new Error(faults.splice(0).join('\n'));
  });
  afterAll(async () => {
    await browser?.close();
    await rig?.close();
  });

  const open = async (width = 1300): Promise<void> => {
    names = new Map();
    shown = { ts: (await rig.call('chat.postMessage', { channel: results, text: 'two faces', blocks: blocksNow() }))['ts'] };
    tab = await browser.newPage({ viewport: { width, height: 844 } });
    tab.setDefaultTimeout(6_000);
    // A breach of the policy shows in the console.
    tab.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
    tab.on('pageerror', (error) => faults.push(String(error)));
    await tab.goto(rig.pageUrl);
    await tab.getByText('Unknown 2').waitFor();
  };
  const press = (name: string, at = 0) => tab.getByRole('button', { name, exact: true }).nth(at).click();
  const field = (name: string) => tab.getByRole('dialog').getByRole('textbox', { name });
  const post = () => tab.locator('article', { hasText: 'from 2 snapshots' });
  const sees = async (text: string) => expect.poll(async () => (await post().textContent()) ?? '').toContain(text);
  const overflows = () => tab.evaluate('document.documentElement.scrollWidth - innerWidth');

  it.each([1300, 390])('names a face by clicking, and takes it back, at %i pixels', async (width) => {
    await open(width);
    await press('This is…', 1);
    await tab.getByText('Who is 2 at Front door?').waitFor();
    await field('Or a new name').fill('Grace & "Hopper"');
    expect(await overflows()).toBe(0);
    await press('Save');
    await sees('2: Grace & "Hopper"');
    expect(await tab.getByRole('dialog').count()).toBe(0);
    await tab.getByText('Only visible to you').waitFor();
    expect(await overflows()).toBe(0);
    await press('Undo');
    await sees('2: Unknown 2');
    await tab.getByRole('button', { name: 'Dismiss message' }).click();
    await expect.poll(() => tab.getByText('Only visible to you').count()).toBe(0);
  });

  it('names a face by keyboard alone, from what the app suggests', async () => {
    await open();
    await tab.getByRole('button', { name: 'This is…' }).first().focus();
    await tab.keyboard.press('Enter');
    const known = tab.getByRole('combobox', { name: 'Somebody known' });
    await known.waitFor();
    await expect.poll(() => tab.evaluate('document.activeElement.dataset.field')).toBe('p');
    await tab.keyboard.type('ad');
    await tab.getByRole('option', { name: 'Ada Lovelace' }).waitFor();
    await tab.keyboard.press('ArrowDown');
    await tab.keyboard.press('ArrowDown');
    expect(await known.getAttribute('aria-activedescendant')).toBe('list-p-p-1');
    await tab.keyboard.press('Enter');
    expect(await known.inputValue()).toBe('Ada Lovelace');
    await tab.keyboard.press('Enter');
    await sees('1: Ada Lovelace');
    // Whoever works by keyboard goes on where the dialog was opened.
    await expect.poll(() => tab.evaluate('document.activeElement.dataset.press')).toBe('watchpost:is');
  });

  it('chooses a member, says what is wrong with a field, and closes with Escape', async () => {
    await open();
    await press('This is…');
    await press('Save');
    const wrong = field('Or a new name');
    await expect.poll(() => wrong.getAttribute('aria-invalid')).toBe('true');
    await tab.getByText('Choose somebody, or type a name.').waitFor();
    await tab.getByRole('dialog').getByRole('combobox', { name: 'A member of this workspace' }).selectOption('Sam Okafor');
    await press('Save');
    await sees('1: U');
    await press('This is…', 1);
    await field('Or a new name').waitFor();
    await tab.keyboard.press('Escape');
    await expect.poll(() => tab.getByRole('dialog').count()).toBe(0);
    await sees('2: Unknown 2');
  });

  it('opens a menu by mouse and by keyboard, and closes it again', async () => {
    await open();
    const menu = post().getByLabel('More actions').first();
    await menu.click();
    await tab.keyboard.press('Escape');
    expect(await tab.getByRole('button', { name: 'Not a face' }).count()).toBe(0);
    await menu.focus();
    await tab.keyboard.press('Enter');
    await tab.keyboard.press('ArrowDown');
    await tab.keyboard.press('Enter');
    await sees('1: not a face');
  });

  it('answers a command below the message field, and says which command nobody has', async () => {
    await open();
    const message = tab.getByRole('textbox', { name: 'Message to #who-was-there' });
    await message.fill('/faces who');
    await message.press('Enter');
    await tab.getByText('You asked: who').waitFor();
    await message.fill('/nothing');
    await message.press('Enter');
    await tab.getByText('is not a command here').waitFor();
    await message.fill('hello *all* <b>');
    await message.press('Enter');
    await tab.getByText('hello all <b>').waitFor();
    expect(await tab.locator('article b', { hasText: 'all' }).count()).toBe(1);
  });

  it('recognises faces on a picture of a camera by its menu', async () => {
    await open();
    await tab.getByRole('region', { name: 'Messages in #camera-snapshots' }).getByLabel('More actions').click();
    await press('Recognise faces');
    await tab.getByText('Looking at it.').waitFor();
    expect(rig.received.findLast(({ body }) => body['type'] === 'message_action')!.body['message'].files).toHaveLength(1);
  });

  it.each([1300, 390])("shows the app's page and its messages at %i pixels", async (width) => {
    await open(width);
    await rig.call('chat.postMessage', { channel: you, text: 'Ada came to Front door.' });
    await tab.getByRole('navigation').getByRole('button', { name: 'watchpost' }).click();
    await tab.getByText('Last visits').waitFor();
    await tab.getByText('Ada came to Front door.').first().waitFor();
    expect(await tab.getByText('Unknown 2').isVisible()).toBe(false);
    expect(await overflows()).toBe(0);
    await tab.getByRole('navigation').getByRole('button', { name: '#who-was-there' }).click();
    await tab.getByText('Unknown 2').waitFor();
  });

  it('edits a post in place: its picture, the focus and where one reads stay', async () => {
    await open();
    await tab.evaluate(`Promise.all([...document.images].map((image) => image.decode()))`);
    const scroll = tab.getByRole('region', { name: 'Messages in #who-was-there' });
    for (let count = 0; count < 8; count += 1) await rig.call('chat.postMessage', { channel: results, text: `line ${count}\n\n\n\nend` });
    await tab.getByText('line 7').waitFor();
    const place = 'Math.round(document.querySelector(".scroll").scrollTop)';
    await tab.evaluate('document.querySelector(".scroll").scrollTop = 0');
    await tab.evaluate('document.querySelector("article img").marked = true');
    await tab.getByRole('button', { name: 'This is…' }).nth(1).focus();
    const before = await tab.evaluate(place);
    names.set(1, 'Ada');
    await redraw();
    await sees('1: Ada');
    expect(await tab.evaluate('document.querySelector("article img").marked')).toBe(true);
    expect(await tab.evaluate('document.activeElement.dataset.value')).toBe('is|v1|2|');
    await rig.call('chat.postMessage', { channel: results, text: 'newest line' });
    await press('Newest messages ↓');
    expect(await tab.evaluate(place)).toBeGreaterThan(Number(before));
    await expect.poll(() => tab.getByText('newest line').isVisible()).toBe(true);
    expect(await scroll.count()).toBe(1);
  });

  it('says so when the app does not answer', async () => {
    await open();
    rig.answerWith(() => ({ status: 500 }));
    await press('This is…');
    await tab.getByText('watchpost responded with status 500').waitFor();
    expect(await tab.getByRole('dialog').count()).toBe(0);
    rig.answerWith(app);
  });

  it.each([
    ['light', 1300],
    ['dark', 390],
  ] as const)('every control has a name, text has contrast, and targets are large enough (%s, %i pixels)', async (colorScheme, width) => {
    await open(width);
    await tab.emulateMedia({ colorScheme });
    await press('This is…');
    await field('Or a new name').waitFor();
    const faults = await tab.evaluate(checkAccess);
    expect(faults).toEqual([]);
  });
});
