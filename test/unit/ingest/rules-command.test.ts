import { rulesHelp } from '@watchpost/shared/chat/command-help';
import { encodeTarget, violationActions } from '@watchpost/shared/chat/post';
import { createEnvelope } from '@watchpost/shared/envelope';
import { AppError } from '@watchpost/shared/errors';
import type { InteractionJob } from '@watchpost/shared/jobs/interaction-job';
import { jobDefinitions } from '@watchpost/shared/jobs/job-kinds';
import { openJson } from '@watchpost/shared/jobs/sealed';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ingestRig as rig, ingestRigToken, type Rig } from '../../support/ingest-rig.ts';
import { click } from '../../support/slack-clicks.ts';

const typed = (text: string, over: Record<string, string> = {}): Record<string, string> => ({
  channel_id: 'C0ADMINS',
  user_id: 'U1',
  command: '/rules',
  text,
  response_url: 'https://hooks.slack.com/commands/T1/1/x',
  trigger_id: '1.2.abc',
  ...over,
});
const jobsOf = ({ sent }: Rig): InteractionJob[] => sent.flatMap(({ job }) => (job.kind === 'interaction' ? job : []));

/** What a worker reads of the job, with the key that both derive from the token. */
function opened(it: Rig, secret = ingestRigToken): string {
  const [job] = jobsOf(it);
  if (job?.deed.do !== 'rules') throw new Error('no such job');
  return openJson(createEnvelope([secret], 'jobs'), job.deed.sealed ?? '', job.id, z.string().max(4_000));
}

describe('/rules', () => {
  it('makes one job of what was typed, which nobody can read without the key', async () => {
    const it = rig();
    expect(await it.command(typed('test --pattern key-\\d+ key-1234'))).toMatchObject({ statusCode: 200, body: '' });
    await it.command(typed('test --pattern key-\\d+ key-1234'));
    const [job, again] = jobsOf(it);
    expect(job).toMatchObject({ id: again?.id, by: { member: 'U1', channel: 'slack:C0ADMINS', thread: null }, deed: { do: 'rules' } });
    expect(jobDefinitions.interaction.schema.parse(job)).toEqual(job);
    expect(JSON.stringify(job) + it.logged.join('')).not.toContain('key-1234');
    expect(opened(it)).toBe('test --pattern key-\\d+ key-1234');
    expect(() => opened(it, 'another secret of thirty-two char')).toThrow(/another key/);
  });

  it('that is typed again is another one', async () => {
    const it = rig();
    await it.command(typed('list'));
    await it.command(typed('list', { trigger_id: '3.4.def' }));
    expect(new Set(jobsOf(it).map(({ id }) => id)).size).toBe(2);
  });

  it.each([
    ['add Keys --pattern "a  b\\s&lt;x&gt;" ', 'add Keys --pattern "a  b\\s<x>" '],
    ['violations in <#C1|general> by <@U1|ada>', 'violations in <#C1|general> by <@U1|ada>'],
    ['test Keys <mailto:ada@example.org|ada@example.org> <https://a.example>', 'test Keys ada@example.org https://a.example'],
    ['test Keys a &amp;amp; b', 'test Keys a &amp; b'],
    ['add “Keys” —pattern x', 'add “Keys” —pattern x'],
  ])('keeps what counts in %s', async (sent, text) => {
    const it = rig();
    await it.command(typed(sent));
    expect(opened(it)).toBe(text);
  });

  it.each(['', ' help', 'HELP me'])('answers %j at once with every command, so that only its reader sees it', async (text) => {
    const it = rig();
    const answer = (await it.command(typed(text))).json<{ response_type: string; text: string }>();
    expect(answer.response_type).toBe('ephemeral');
    for (const { usage, does } of rulesHelp) expect(answer.text).toContain(`\`/rules ${usage}\`: ${does}`);
    expect(answer.text).not.toContain('/faces');
    expect(it.sent).toEqual([]);
  });

  it('refuses a text of more than 4,000 characters with a line, and takes one of 4,000', async () => {
    const it = rig();
    const answer = (await it.command(typed('x'.repeat(4_001)))).json<{ text: string }>();
    expect(answer.text).toMatch(/too long.*4,000/);
    expect(it.sent).toEqual([]);
    const most = '\u0000李"'.repeat(1_333);
    await it.command(typed(most));
    expect(opened(it)).toBe(most);
    expect(Buffer.byteLength(JSON.stringify(jobsOf(it)[0]))).toBeLessThan(16_384);
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
    expect(it.logged.join('')).not.toContain('"list"');
  });

  it.each(['/rule', '', '/faces2', 'constructor'])('tells whoever types %j which commands there are', async (command) => {
    const it = rig();
    const answer = (await it.command(typed('list', { command }))).json<{ text: string }>();
    expect(answer.text).toMatch(/\/faces and \/rules/);
    expect(it.sent).toEqual([]);
  });
});

describe('a press below a report of a violation', () => {
  const violation = 'abcdefghijklmnopqrstuv';
  const pressed = (action: (typeof violationActions)[number], over = {}) => click(encodeTarget({ action, violation }), over);

  it.each(violationActions)('%s is a job of its own kind', async (action) => {
    const it = rig();
    expect((await it.interact(pressed(action))).statusCode).toBe(200);
    expect(jobsOf(it)).toMatchObject([{ by: { member: 'U1' }, deed: { do: 'moderate', target: { action, violation } } }]);
    expect(jobDefinitions.interaction.schema.parse(jobsOf(it)[0])).toEqual(jobsOf(it)[0]);
    expect(it.called).toEqual([]);
  });

  it('is one job if it was pressed twice, and another by somebody else or on another button', async () => {
    const it = rig();
    for (const each of [pressed('accept'), pressed('accept'), pressed('accept', { user: { id: 'U2' } }), pressed('reject')])
      await it.interact(each);
    const ids = jobsOf(it).map(({ id }) => id);
    expect(ids).toHaveLength(4);
    expect(new Set(ids).size).toBe(3);
  });

  it.each(['violation:accept|short', 'violation:forget|abcdefghijklmnopqrstuv', 'violation:accept|abcdefghijklmnopqrstuv|x'])(
    '%s is none of ours: whoever pressed it is told that the button is too old',
    async (value) => {
      const it = rig();
      expect((await it.interact(click(value))).statusCode).toBe(200);
      expect(it.sent).toEqual([]);
      expect(it.told).toHaveLength(1);
    },
  );

  it('says so if the queue is away', async () => {
    const it = rig({
      send: async () => {
        throw new AppError('queue-unavailable', 'away');
      },
    });
    expect((await it.interact(pressed('mistake'))).statusCode).toBe(503);
    expect(it.told).toMatchObject([{ text: expect.stringContaining('try again') as string }]);
  });
});
