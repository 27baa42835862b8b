import { AppError } from '@watchpost/shared/errors';
import { jobDefinitions } from '@watchpost/shared/jobs/job-kinds';
import { faultsOfView } from '@watchpost/slack/blocks/faults';
import { namingView } from '@watchpost/slack/modals/naming';
import { describe, expect, it } from 'vitest';
import { ingestRig as rig, type Rig } from '../../support/ingest-rig.ts';
import { is, target } from '../../support/slack-clicks.ts';

const jobs = ({ sent }: Rig) => sent.map(({ job }) => job);
const ids = (it: Rig): Set<string> => new Set(it.sent.flatMap(({ job }) => (job.kind === 'interaction' ? job.id : [])));
const away = async (): Promise<never> => {
  throw new AppError('queue-unavailable', 'the queue did not accept the job in time');
};

describe('"This is…"', () => {
  const asked = {
    target: { ...target, action: 'is' as const },
    to: { member: 'U1', channel: 'slack:C0RESULTS' as const, thread: null, url: 'https://hooks.slack.com/actions/T1/1/x' },
  };
  const settled = async (): Promise<void> => void (await new Promise((resolve) => setTimeout(resolve, 20)));

  it('opens a dialog at once, with the trigger of the click, and is no job', async () => {
    const it = rig();
    expect((await it.interact(is())).statusCode).toBe(200);
    await settled();
    expect(it.called).toEqual([
      { method: 'views.open', args: { trigger_id: '1.2.abc', view: namingView({ asked, question: 'Who is 2?' }) } },
    ]);
    expect(faultsOfView(it.called[0]?.args['view'])).toEqual([]);
    expect(it.sent).toEqual([]);
  });

  it('opens one dialog for a double click', async () => {
    const it = rig();
    await Promise.all([it.interact(is()), it.interact(is({ trigger_id: '5.6.ghi' }, '1700000000.423456'))]);
    await settled();
    expect(it.called).toHaveLength(1);
  });

  it.each([
    ['chat-refused', 'views.open: expired_trigger_id', 'click again'],
    ['chat-refused', 'views.open: trigger_exchanged', 'click again'],
    ['chat-unavailable', 'views.open: no response', 'click again'],
    ['chat-not-authorised', 'views.open: invalid_auth', 'in a minute'],
  ] as const)('tells whoever clicked if Slack answers %s (%s)', async (code, message, words) => {
    const it = rig({
      answer: async () => {
        throw new AppError(code, message);
      },
    });
    expect((await it.interact(is())).statusCode).toBe(200);
    await settled();
    expect(it.told).toMatchObject([{ to: { member: 'U1' }, text: expect.stringContaining(words) as string }]);
  });

  const submitted = (values: Record<string, unknown>, over: Record<string, unknown> = {}): Record<string, unknown> => ({
    type: 'view_submission',
    user: { id: 'U7' },
    view: { id: 'V1', hash: 'h', ...namingView({ asked, question: 'Who is 2?' }), state: { values } },
    ...over,
  });
  const name = (value: string) => ({ 'watchpost:name': { 'watchpost:name': { type: 'plain_text_input', value } } });

  it.each([
    [name('Ada Lovelace'), { name: 'Ada Lovelace' }],
    [{ 'watchpost:person': { 'watchpost:person': { selected_option: { value: 'p1' } } } }, { person: 'p1' }],
    [{ 'watchpost:member': { 'watchpost:member': { selected_user: 'U9' } } }, { member: 'U9' }],
  ])('is one job when it is answered with %o, of whoever answered', async (values, who) => {
    const it = rig();
    expect(await it.interact(submitted(values))).toMatchObject({ statusCode: 200, body: '' });
    await it.interact(submitted(values));
    expect(ids(it).size).toBe(1);
    expect(jobs(it)[0]).toMatchObject({ by: { ...asked.to, member: 'U7' }, deed: { do: 'press', target: asked.target, who } });
    expect(jobDefinitions.interaction.schema.safeParse(it.sent[0]?.job).success).toBe(true);
  });

  it('stays open with an error at the field if nobody was named', async () => {
    const it = rig();
    const response = await it.interact(submitted({}));
    expect(response.json()).toEqual({ response_action: 'errors', errors: { 'watchpost:person': expect.any(String) as string } });
    expect(it.sent).toEqual([]);
  });

  it('stays open with what was typed while the queue is away', async () => {
    const it = rig({ send: away });
    const response = await it.interact(submitted(name('Ada')));
    expect(response.statusCode).toBe(200);
    expect(response.json()).toEqual({
      response_action: 'errors',
      errors: { 'watchpost:person': expect.stringContaining('try again') as string },
    });
  });

  it('is ignored if it is not our dialog', async () => {
    const it = rig();
    expect((await it.interact(submitted({}, { view: { id: 'V1', callback_id: 'other', blocks: [] } }))).body).toBe('');
    expect(it.sent).toEqual([]);
  });
});

describe('the type-ahead', () => {
  const people = Array.from({ length: 250 }, (_, index) => ({ id: `p${String(index)}`, name: `Ada ${String(index)} ${'x'.repeat(80)}` }));
  const typed = (value: string, actionId = 'watchpost:person') => ({
    type: 'block_suggestion',
    user: { id: 'U1' },
    action_id: actionId,
    value,
  });
  const options = async (it: Rig, payload: unknown) =>
    (await it.interact(payload)).json<{ options: { text: { text: string }; value: string }[] }>().options;

  it('answers with at most 100 people, their labels cut to what Slack shows', async () => {
    const found = await options(rig({ people }), typed('ada'));
    expect(found).toHaveLength(100);
    expect(found[0]?.value).toBe('p0');
    expect(found[0]?.text.text.length).toBeLessThanOrEqual(75);
  });

  it('finds nobody while the names are not known, for another field, or for a name that nobody has', async () => {
    expect(await options(rig(), typed('ada'))).toEqual([]);
    expect(await options(rig({ people }), typed('ada', 'other'))).toEqual([]);
    expect(await options(rig({ people }), typed('Grace'))).toEqual([]);
  });
});
