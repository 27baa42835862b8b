import type { CanRemove } from '@watchpost/shared/chat/moderation';
import { AppError } from '@watchpost/shared/errors';
import { createLogger } from '@watchpost/shared/observability/logger';
import type { RuleSettings } from '@watchpost/rules/rule';
import { galleryNeed } from '@watchpost/worker/gallery-ready';
import { platformNeed } from '@watchpost/worker/platforms';
import { createRates } from '@watchpost/worker/rates';
import { sayWhatIsPossible } from '@watchpost/worker/moderating';
import { describe, expect, it } from 'vitest';
import { createMemoryDocuments } from '../../../support/memory-documents.ts';
import { adminChannel, createRuleRig, never, secret } from '../../../support/rule-rig.ts';
import { silentChat } from '../../../support/silent-chat.ts';

interface Given {
  rules?: RuleSettings[];
  canRemove?: CanRemove;
  hasKey?: boolean;
  hasAdmins?: boolean;
}

/** What a worker's log says at its start: `warn: …`. */
async function said({ rules = [{}], canRemove = { can: true }, hasKey = true, hasAdmins = true }: Given): Promise<string[]> {
  const rig = createRuleRig();
  for (const [index, each] of rules.entries()) await rig.rule({ name: `Rule ${index}`, ...each });
  const lines: string[] = [];
  const log = createLogger('test', 'info', { write: (line) => void lines.push(line) });
  const platform = {
    adminChannel: hasAdmins ? adminChannel : null,
    moderation: { ...silentChat.moderation, canRemove: async () => canRemove },
  } as const;
  await sayWhatIsPossible({ ...rig.parts, quarantine: { ...rig.parts.quarantine, canKeep: hasKey } }, [platform], log, never);
  return lines.map((line) => JSON.parse(line) as { level: number; msg: string }).map(({ level, msg }) => `${level}: ${msg}`);
}

describe('at its start a worker says', () => {
  it('nothing while there is no rule', async () => {
    expect(await said({ rules: [] })).toEqual([]);
  });

  it('that rules are in force, and that messages can be removed', async () => {
    expect(await said({})).toEqual(['30: message rules are in force', '30: messages can be removed']);
  });

  it('as an error that a rule wants originals kept while there is no key', async () => {
    expect(await said({ rules: [{ action: 'quarantine' }], hasKey: false })).toContain(
      '50: QUARANTINE_KEY is not set: rules with the action quarantine only report',
    );
  });

  it('as a warning that nobody hears of what rules find', async () => {
    expect((await said({ hasAdmins: false })).filter((line) => line.startsWith('40: ADMIN_'))).toHaveLength(1);
  });

  it('as a warning that nothing can be removed where a live rule wants to remove', async () => {
    const canRemove = { can: false, why: 'there is no token' } as const;
    expect(await said({ canRemove })).toContain('40: nothing can be removed: rules only report');
    expect(await said({ canRemove, rules: [{ dryRun: true }] })).toContain('30: nothing can be removed: rules only report');
  });
});

describe('what jobs about rules need', () => {
  const broken = async (): Promise<never> => Promise.reject(new AppError('chat-not-authorised', 'no token'));

  it('is no platform that accepts us: a missing channel holds up no removal', async () => {
    const platform = {
      ...silentChat,
      chat: { check: broken, download: broken, permalink: broken },
      prefix: 'slack',
      talk: null,
      writeChannel: 'slack:C1',
      adminChannel: null,
    } as const;
    const { check } = platformNeed('slack', platform);
    await expect(check('violation', never)).resolves.toBeUndefined();
    await expect(check('message', never)).resolves.toBeUndefined();
    await expect(check('file', never)).rejects.toMatchObject({ code: 'chat-not-authorised' });
    await expect(check('visit', never)).rejects.toMatchObject({ code: 'chat-not-authorised' });
  });

  it('is no gallery, but its database', async () => {
    let asked = 0;
    const records = { get: async () => ((asked += 1), null) };
    const { check } = galleryNeed({ isReady: () => false, isOutdated: () => false }, records);
    await expect(check('message', never)).resolves.toBeUndefined();
    await expect(check('snapshot', never)).rejects.toMatchObject({ code: 'gallery-not-ready' });
    expect(asked).toBe(1);
  });
});

describe('counting what happened lately', () => {
  it('refuses more than the limit within the minutes, and forgets what is older', async () => {
    let nowMs = 1_000 * 60_000;
    const rates = createRates(createMemoryDocuments(() => nowMs));
    const take = async () => rates.take('x', { most: 2, minutes: 2 }, never);
    expect([await take(), await take(), await take()]).toEqual([true, true, false]);
    nowMs += 60_000;
    expect(await take()).toBe(false);
    nowMs += 60_000;
    expect(await take()).toBe(true);
  });

  it('lets no more through when all ask at once', async () => {
    const rates = createRates(createMemoryDocuments());
    const all = await Promise.all(Array.from({ length: 12 }, () => rates.take('x', { most: 5, minutes: 60 }, never)));
    expect(all.filter(Boolean)).toHaveLength(5);
  });
});

describe('jobs whose workers died', () => {
  it('of a message lead to a report that it could not be judged', async () => {
    const rig = createRuleRig();
    await rig.rule();
    rig.say({ text: secret });
    await rig.lose(rig.queued.shift()!);
    await rig.settle();
    expect(rig.read()[0]).toContain('Not everything could be read');
    expect((await rig.violation())?.unread).toEqual([{ fileId: null, where: 'text', reason: 'job-worker-lost' }]);
  });

  it('of a violation lead to a report that it is still there, and to no further death', async () => {
    const rig = createRuleRig();
    await rig.rule();
    let deaths = 0;
    rig.onRemove = () => {
      deaths += 1;
    };
    rig.say({ text: secret });
    await rig.run(rig.queued.shift()!);
    const { id } = (await rig.violation())!;
    await rig.parts.violations.update(id, (now) => ({ ...now, removal: { ...now.removal, state: 'wanted', tries: 3 } }), never);
    await rig.lose(rig.queued.shift()!);
    await rig.settle();
    expect(deaths).toBe(0);
    expect(rig.read()[0]).toContain('is still there: three workers died while they were about to remove it.');
  });
});
