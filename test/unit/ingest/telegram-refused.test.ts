import { AppError } from '@watchpost/shared/errors';
import { jobDefinitions } from '@watchpost/shared/jobs/job-kinds';
import { packTalk } from '@watchpost/telegram/callback-data';
import { describe, expect, it } from 'vitest';
import { telegramRig } from '../../support/telegram-door-rig.ts';
import { cameras, clicks, says, shows, update } from '../../support/telegram-updates.ts';

const left = () => 1_000;

describe('what fails', () => {
  it.each([
    [null],
    ['text'],
    [{}],
    [{ update_id: 'x' }],
    [{ update_id: 1, message: { message_id: 'x' } }],
    [{ update_id: 1, callback_query: {} }],
  ])('%j will never be understood', async (body) => {
    const { takeUpdate, sent } = telegramRig();
    expect(await takeUpdate(body, left)).toEqual({ outcome: 'ignored-malformed', click: null });
    expect(sent).toEqual([]);
  });

  it('a kind that we do not know is counted', async () => {
    const { takeUpdate, metrics } = telegramRig();
    await takeUpdate(update('message_reaction', {}), left);
    expect(await metrics()).toContain('watchpost_ingest_telegram_updates_total{kind="other",outcome="ignored-other"} 1');
  });

  it('what the queue refuses for ever is left out, and said so; what it refuses for now rejects', async () => {
    const { takeUpdate, fail, logged } = telegramRig();
    fail(() => new AppError('job-refused', 'never'));
    expect(await takeUpdate(says('hello'), left)).toMatchObject({ outcome: 'refused' });
    expect(logged.join('')).toContain('never take this job');
    fail(() => new AppError('queue-unavailable', 'away'));
    await expect(takeUpdate(says('hello'), left)).rejects.toMatchObject({ code: 'queue-unavailable' });
  });

  it('a mistake of ours holds up no chat', async () => {
    const { takeUpdate, fail, logged } = telegramRig();
    fail(() => new TypeError('x is not a function'));
    expect(await takeUpdate(clicks(packTalk('abc|go'), { id: '5' }), left)).toEqual({ outcome: 'failed', click: { id: '5', text: null } });
    expect(logged.join('')).toContain('an update could not be taken');
  });

  it('every job is one that the worker reads', async () => {
    const { takeUpdate, sent } = telegramRig();
    for (const each of [says('hello'), shows(), shows({ chat: cameras }), says('/who'), clicks(packTalk('a|b'))])
      await takeUpdate(each, left);
    expect(sent).toHaveLength(5);
    for (const job of sent) expect(jobDefinitions[job.kind].schema.safeParse(job).error).toBeUndefined();
  });
});
