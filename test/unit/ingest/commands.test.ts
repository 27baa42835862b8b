import { commandHelp } from '@watchpost/shared/chat/command-help';
import { AppError } from '@watchpost/shared/errors';
import { jobDefinitions } from '@watchpost/shared/jobs/job-kinds';
import { describe, expect, it } from 'vitest';
import { ingestRig as rig } from '../../support/ingest-rig.ts';

const typed = (text: string, over: Record<string, string> = {}): Record<string, string> => ({
  token: 'verification-token',
  team_id: 'T1',
  channel_id: 'C1',
  user_id: 'U1',
  command: '/faces',
  text,
  response_url: 'https://hooks.slack.com/commands/T1/1/x',
  trigger_id: '1.2.abc',
  ...over,
});

describe('POST /api/commands', () => {
  it('makes one job of a command, and says nothing itself', async () => {
    const it = rig();
    expect(await it.command(typed('  last-seen   Ada\u0000 '))).toMatchObject({ statusCode: 200, body: '' });
    await it.command(typed('  last-seen   Ada\u0000 '));
    expect(it.sent[0]?.job).toMatchObject({
      kind: 'interaction',
      by: { member: 'U1', channel: 'slack:C1', thread: null, url: 'https://hooks.slack.com/commands/T1/1/x' },
      deed: { do: 'command', text: 'last-seen Ada' },
    });
    expect(it.sent[0]?.job).toMatchObject({ id: it.sent[1]?.job.kind === 'interaction' ? it.sent[1].job.id : '' });
    expect(await it.metrics()).toContain('ingest_interaction_seconds_count{outcome="command"} 2');
  });

  it('takes a command that is typed again as another one', async () => {
    const it = rig();
    await it.command(typed('who'));
    await it.command(typed('who', { trigger_id: '3.4.def' }));
    expect(new Set(it.sent.flatMap(({ job }) => (job.kind === 'interaction' ? job.id : []))).size).toBe(2);
  });

  it.each(['', '  ', 'help', 'HELP me'])('answers %j at once with every command, so that only its reader sees it', async (text) => {
    const it = rig();
    const answer = (await it.command(typed(text))).json<{ response_type: string; text: string }>();
    expect(answer.response_type).toBe('ephemeral');
    for (const { usage, does } of commandHelp) expect(answer.text).toContain(`\`/faces ${usage}\`: ${does}`);
    expect(it.sent).toEqual([]);
  });

  it('says so if the queue is away, with a status whose text Slack shows', async () => {
    const it = rig({
      send: async () => {
        throw new AppError('queue-unavailable', 'away');
      },
    });
    const response = await it.command(typed('list'));
    expect(response.statusCode).toBe(200);
    expect(response.json()).toMatchObject({ response_type: 'ephemeral', text: expect.stringContaining('try again') as string });
  });

  it('answers Slack looking at its certificate', async () => {
    const it = rig();
    expect(await it.command({ ssl_check: '1', token: 'verification-token' })).toMatchObject({ statusCode: 200, body: '' });
    expect(it.sent).toEqual([]);
  });

  it('refuses what is no command', async () => {
    expect((await rig().command({ text: 'list' })).statusCode).toBe(400);
  });

  it('reads a name with the characters that Slack writes in another way', async () => {
    const it = rig();
    await it.command(typed('rename Unknown 1 to Tom &amp; &lt;Jerry&gt; &amp;amp;'));
    expect(it.sent[0]?.job).toMatchObject({ deed: { text: 'rename Unknown 1 to Tom & <Jerry> &amp;' } });
  });

  it.each([
    ['rename Ada to <mailto:ada@example.org|ada@example.org>', 'rename Ada to ada@example.org'],
    ['last-seen <http://ada.example|ada.example>', 'last-seen ada.example'],
    ['tell me when Ada comes to <#C0CAMS|front-door>', 'tell me when Ada comes to #front-door'],
    ['last-seen <@U1|ada> <https://a.example>', 'last-seen <@U1|ada> https://a.example'],
  ])('reads %s as it was typed; members stay', async (sent, text) => {
    const it = rig();
    await it.command(typed(sent));
    expect(it.sent[0]?.job).toMatchObject({ deed: { text } });
  });

  it.each([
    ['as long as a text can be', 'x'.repeat(300_000)],
    ['with half a character at its end', `list ${'x'.repeat(1_994)}\u{1F600}`],
    ['of emoji', '\u{1F468}\u200D\u{1F469}\u200D\u{1F467}'.repeat(1_000)],
  ])('makes a job of a text %s', async (_, text) => {
    const it = rig();
    await it.command(typed(text));
    const [{ job } = { job: null }] = it.sent;
    expect(jobDefinitions.interaction.schema.safeParse(job).success).toBe(true);
    expect(Buffer.byteLength(JSON.stringify(job))).toBeLessThan(16_384);
  });
});

describe('the app’s own page', () => {
  const opened = (over: Record<string, unknown> = {}) => ({
    type: 'event_callback',
    event_id: 'Ev9',
    event: { type: 'app_home_opened', user: 'U1', channel: 'D1', tab: 'home', event_ts: '1700000000.1', ...over },
  });

  it('is a job when it is opened, one for each time', async () => {
    const it = rig();
    expect((await it.post(opened())).statusCode).toBe(200);
    await it.post(opened());
    await it.post(opened({ event_ts: '1700000009.1' }));
    expect(it.sent[0]?.job).toMatchObject({ kind: 'interaction', by: { member: 'U1', channel: null }, deed: { do: 'home' } });
    expect(new Set(it.sent.flatMap(({ job }) => (job.kind === 'interaction' ? job.id : []))).size).toBe(2);
  });

  it('is none for the tab with its messages', async () => {
    const it = rig();
    await it.post(opened({ tab: 'messages' }));
    expect(it.sent).toEqual([]);
  });
});
