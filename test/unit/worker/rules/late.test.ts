import { describe, expect, it } from 'vitest';
import { AppError } from '@watchpost/shared/errors';
import { violationIdOf } from '@watchpost/rules/store/violations';
import type { Violation } from '@watchpost/rules/violation';
import { channel, createRuleRig, never, secret, type RuleRig } from '../../../support/rule-rig.ts';

const id = violationIdOf(channel, '1');
const dayMs = 86_400_000;

/** Changes the violation as a press does, and runs what follows. */
async function press(rig: RuleRig, over: Partial<Violation>): Promise<void> {
  const { violation } = await rig.parts.violations.update(id, (now) => ({ ...now, ...over, wanted: now.wanted + 1 }), never);
  rig.queued.push({ v: 1, kind: 'violation', violationId: id, wanted: violation.wanted });
  await rig.settle();
}

/** The chat does not answer so many times. */
function outage(rig: RuleRig, times: number): void {
  let left = times;
  rig.posts.step = () => {
    left -= 1;
    if (left >= 0) throw new AppError('chat-unavailable', 'HTTP 503');
  };
}

describe('days after a message was found', () => {
  it('an original is put back although the chat is away for a moment', async () => {
    const rig = createRuleRig();
    await rig.rule({ action: 'quarantine' });
    rig.say({ text: secret });
    await rig.settle();
    rig.nowMs += 3 * dayMs;
    outage(rig, 3);
    await press(rig, { asked: { what: 'put-back', by: 'slack:UADMIN', atMs: rig.nowMs } });
    expect(rig.read(channel)).toHaveLength(1);
    expect((await rig.violation())?.asked).toBeNull();
  });

  it('an admin can ask again for what could not be put back within a day', async () => {
    const rig = createRuleRig();
    await rig.rule({ action: 'quarantine' });
    rig.say({ text: secret });
    await rig.settle();
    rig.posts.step = () => {
      rig.nowMs += dayMs;
      throw new AppError('chat-unavailable', 'HTTP 503');
    };
    await press(rig, { asked: { what: 'put-back', by: 'slack:UADMIN', atMs: rig.nowMs } });
    expect(await rig.violation()).toMatchObject({ asked: null, kept: { state: 'kept' } });
    rig.posts.step = () => undefined;
    await press(rig, { asked: { what: 'put-back', by: 'slack:UADMIN', atMs: rig.nowMs } });
    expect(rig.read(channel)).toHaveLength(1);
  });

  it('an appeal reaches the admins although the chat is away for a moment', async () => {
    const rig = createRuleRig();
    await rig.rule();
    rig.say({ text: secret });
    await rig.settle();
    rig.nowMs += 3 * dayMs;
    outage(rig, 3);
    await press(rig, { appeal: { state: 'asked', by: 'slack:UAUTHOR', atMs: rig.nowMs, channel: 'slack:D1' } });
    expect(rig.read()[0]).toContain('The author says that this is a mistake.');
  });

  it('what an edit brought is removed although the chat is away for a moment', async () => {
    const rig = createRuleRig();
    await rig.rule({ name: 'Reported', look: { pattern: 'harmless' }, action: 'report' });
    await rig.rule();
    rig.say({ text: 'harmless' });
    await rig.settle();
    rig.nowMs += 3 * dayMs;
    let left = 1;
    rig.onRemove = () => {
      left -= 1;
      if (left >= 0) throw new AppError('chat-unavailable', 'HTTP 503');
    };
    rig.said = 0;
    const job = rig.say({ text: secret });
    rig.queued = [{ ...job, id: 'job-1' }];
    rig.everQueued = [];
    await rig.settle();
    expect(rig.removals).toEqual(['message 1']);
    expect((await rig.violation())?.removal.state).toBe('removed');
  });
});

describe('a chat that is away for longer than all attempts of a job take', () => {
  it('keeps nobody from hearing of it afterwards', async () => {
    const rig = createRuleRig();
    await rig.rule();
    outage(rig, 40);
    rig.onRemove = () => {
      throw new AppError('removal-unconfirmed', 'It is still there.');
    };
    rig.say({ text: secret });
    await rig.settle();
    expect(rig.read()).toHaveLength(1);
    expect(rig.read()[0]).toContain('Could not be removed');
    expect(rig.read('slack:DUAUTHOR')).toHaveLength(1);
  });
});

describe('a chat that is away for an hour', () => {
  it('keeps nothing from being removed: it is tried until it is back', async () => {
    const rig = createRuleRig();
    await rig.rule();
    const backAtMs = rig.nowMs + 3_600_000;
    const away = (): void => {
      if (rig.nowMs < backAtMs) throw new AppError('chat-unavailable', 'HTTP 503');
    };
    rig.onRemove = away;
    rig.posts.step = away;
    rig.say({ text: secret });
    await rig.settle();
    expect(rig.removals).toEqual(['message 1']);
    expect(rig.read()).toEqual([expect.stringContaining('Removed.')]);
    expect(rig.read('slack:DUAUTHOR')).toEqual([expect.stringContaining('was removed')]);
  });
});

describe('a token that does not work for a while', () => {
  it('keeps nobody from being told once it does', async () => {
    const rig = createRuleRig();
    await rig.rule({ notice: 'No keys.' });
    let left = 6;
    rig.posts.step = () => {
      left -= 1;
      if (left >= 0) throw new AppError('chat-not-authorised', 'chat.postMessage: token_revoked');
    };
    rig.say({ text: secret });
    await rig.settle();
    expect(rig.removals).toEqual(['message 1']);
    expect([rig.read(), rig.read('slack:DUAUTHOR'), rig.read(channel)].map(({ length }) => length)).toEqual([1, 1, 1]);
  });
});

describe('a report that an admin has deleted', () => {
  it('is posted again when its author says that it is a mistake: somebody must answer', async () => {
    const rig = createRuleRig();
    await rig.rule();
    rig.say({ text: secret });
    await rig.settle();
    for (const message of rig.posts.messages) message.isDeleted = true;
    await press(rig, {});
    expect(rig.read()).toEqual([]);
    await press(rig, { appeal: { state: 'asked', by: 'slack:UAUTHOR', atMs: rig.nowMs, channel: 'slack:D1' } });
    expect(rig.read()).toHaveLength(1);
    expect(rig.read()[0]).toContain('The author says that this is a mistake.');
    await press(rig, {});
    expect(rig.read()).toHaveLength(1);
  });
});

describe('a message that an admin let stand', () => {
  it('stands as it was: what its author writes into it later is removed', async () => {
    const rig = createRuleRig();
    await rig.rule();
    let refuses = true;
    rig.onRemove = () => {
      if (refuses) throw new AppError('removal-refused', 'Slack refuses.');
    };
    const job = rig.say({ text: secret });
    await rig.settle();
    rig.nowMs += 1_000;
    await press(rig, { appeal: { state: 'accepted', by: 'slack:UADMIN', atMs: rig.nowMs, channel: null } });
    refuses = false;
    rig.nowMs += 1_000;
    rig.queued = [{ ...job }];
    await rig.settle();
    expect(rig.removals).toEqual([]);
    rig.said = 0;
    const other = rig.say({ text: `${secret} ${secret}` });
    expect(other.messageId).toBe('1');
    await rig.settle();
    expect(rig.removals).toEqual(['message 1']);
  });
});
