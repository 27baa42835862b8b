import type { Message } from '@watchpost/shared/chat/message';
import { beforeEach, describe, expect, it } from 'vitest';
import { createMemoryDocuments } from '../../../../support/memory-documents.ts';
import { rulesRig, type RulesRig } from '../../../../support/rules-rig.ts';
import { violation } from '../../../../support/violation-samples.ts';

/** Looks like a key; in pieces, so that no scanner takes it for one. */
const key = ['AKIA', 'IOSFODNN7', 'TESTING'].join('');
const masked = `“AKIA…(${String(key.length - 4)})”`;

let rig: RulesRig;
beforeEach(async () => {
  rig = rulesRig(createMemoryDocuments());
  await rig.type('add Keys --pattern AKIA[0-9A-Z]{16} --action remove');
});

const message = (text: string, over: Partial<Message> = {}): Message => ({
  ...violation().message,
  content: { texts: [{ where: 'text', text }], before: null, files: [] },
  ...over,
});
const file = { id: 'F1', name: 'a.pdf', mimeType: null, sizeBytes: 1, url: null, thumbnailUrl: null };

describe('a rule that is tried on a text', () => {
  it('says where it matches, masked, and what would happen in a message', async () => {
    expect(await rig.type(`test Keys my ${key} and ${key}`)).toBe(
      `2 matches:\n• ${masked}, characters 4 to 23\n• ${masked}, characters 29 to 48\nIn a message: it would be removed.`,
    );
    await rig.type('live Keys');
    expect(await rig.type(`test keys ${key}`)).toBe(`1 match:\n• ${masked}, characters 1 to 20\nIn a message: it is removed.`);
    await rig.type('disable Keys');
    expect(await rig.type(`test Keys ${key}`)).toMatch(/In a message: it is removed\. But the rule is disabled\.$/);
    expect(await rig.type('test Keys nothing')).toBe('No match.');
  });

  it('never says more of the text than the mask', async () => {
    for (const text of [
      `test Keys ${key}`,
      `test --pattern AKIA[0-9A-Z]+ ${key}`,
      `test Nobody ${key}`,
      `test --look ${key}`,
      `tset Keys ${key}`,
    ])
      expect(await rig.type(text)).not.toContain(key.slice(0, 6));
  });

  it('is found by the longest of the names that were typed, in quotation marks, or by its id', async () => {
    await rig.type('add "Keys of others" --pattern zzz');
    const [, others] = await rig.rules.list(new AbortController().signal);
    expect(await rig.type('test Keys of others zzz')).toMatch(/^1 match:/);
    expect(await rig.type(`test Keys of ${key}`)).toMatch(/^1 match:/);
    expect(await rig.type('test “keys of others” zzz')).toMatch(/^1 match:/);
    expect(await rig.type(`test ${others!.id} zzz`)).toMatch(/^1 match:/);
    expect(await rig.type('test Keysof zzz')).toBe('Nothing was done: no rule is called so: /rules list shows all of them');
    expect(await rig.type('test Keys')).toMatch(/^Nothing was done: say what to try it on: \/rules test NAME TEXT, /);
    expect(await rig.type('test')).toMatch(/^Nothing was done: say which rule, and what to try it on/);
  });

  it('may be a pattern or a detector that is not saved', async () => {
    expect(await rig.type('test --pattern "bx  c" a bx  c d')).toBe('1 match:\n• “…(4)”, characters 3 to 7');
    expect(await rig.type('test —pattern=b+ abbb')).toMatch(/^1 match:\n• .*, characters 2 to 4$/);
    expect(await rig.type(`test --detector email-addresses write to ada@example.com`)).toMatch(/^1 match:/);
    expect(await rig.type('test --pattern (a b')).toMatch(/^Nothing was done: /);
    expect(await rig.type('test --detector everything b')).toMatch(/^Nothing was done: \n• --detector must be one of secrets, /);
    expect(await rig.type('test --severity high b')).toMatch(/^Nothing was done: write \/rules test NAME TEXT/);
  });

  it('keeps nothing', async () => {
    const before = await rig.type('history');
    await rig.type(`test Keys ${key}`);
    expect(await rig.type('history')).toBe(before);
    expect(rig.seen.jobs).toEqual([]);
    expect(await rig.type('violations')).toBe('Nothing was found.');
  });
});

describe('a rule that is tried on a channel', () => {
  it('says which of the newest messages match, and what it would have done', async () => {
    const withFile = message('a file', { content: { texts: [{ where: 'text', text: 'see' }], before: null, files: [file] } });
    rig.recent.set('slack:C1', [message(`my ${key}`, { messageId: '3.0' }), withFile, message('clean'), message(key)]);
    expect(await rig.type('test Keys in <#C1|general> last 3')).toBe(
      [
        '1 message of the last 3 in C1 matches. Of each: it would be removed.',
        `• 2026-11-22 14:02 UTC · UADA · ${masked} · message`,
        'The contents of 1 file were not looked at: “watchpost rules test” does that.',
      ].join('\n'),
    );
    expect(await rig.type('test --pattern AKIA.* in C1')).toMatch(/^2 messages of the last 4 in C1 match\.\n/);
    expect(await rig.type('test Keys in C9')).toBe('0 messages of the last 0 in C9 match.');
    expect(await rig.type('test Keys in #general')).toMatch(
      /^Nothing was done: write the channel as #general, and choose it from the list/,
    );
  });

  it('leaves out who is exempt, and direct messages unless the rule lists them', async () => {
    await rig.type('edit Keys --exempt U9');
    const exempt = message(key, { author: { member: 'U9', bot: null, app: null } });
    const direct = message(key, { channel: 'slack:D1', isDirect: true });
    rig.recent.set('slack:C1', [exempt, message('clean')]).set('slack:D1', [direct]);
    expect(await rig.type('test Keys in C1')).toMatch(/^0 messages of the last 1 in C1 match\./);
    expect(await rig.type('test Keys in D1')).toBe('Direct messages are looked at only by rules that list them.');
    expect(await rig.type('test --pattern AKIA in D1')).toBe('Direct messages are looked at only by rules that list them.');
    await rig.type('edit Keys --channels D1');
    expect(await rig.type('test Keys in D1')).toMatch(/^1 message of the last 1 in D1 matches\./);
  });

  it('says that it looks at files only', async () => {
    await rig.type('edit Keys --scan files');
    rig.recent.set('slack:C1', [message(key, { content: { texts: [{ where: 'text', text: key }], before: null, files: [file] } })]);
    expect(await rig.type('test Keys in C1')).toMatch(
      /^0 messages .*\nThis rule looks at the contents of files only\.\nThe contents of 1 file were not looked at/,
    );
  });

  it('shows the newest fifteen', async () => {
    rig.recent.set(
      'slack:C1',
      Array.from({ length: 40 }, () => message(key)),
    );
    const answer = await rig.type('test Keys in C1');
    expect(answer.match(/^• /gm)).toHaveLength(15);
    expect(answer).toContain('and 25 more');
  });
});
