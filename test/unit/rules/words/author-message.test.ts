import type { Post } from '@watchpost/shared/chat/post';
import { plain } from '@watchpost/shared/chat/say';
import type { Violation } from '@watchpost/rules/violation';
import { appealAnswerOf, authorMessageOf } from '@watchpost/rules/words/author-message';
import { noticeOf } from '@watchpost/rules/words/channel-notice';
import { faultsOfBlocks } from '@watchpost/slack/blocks/faults';
import { renderPost } from '@watchpost/slack/blocks/render-post';
import { describe, expect, it } from 'vitest';
import { finding, violation } from '../../../support/violation-samples.ts';

const textOf = (post: Post | null): string | null => post && post.sections.map(({ text }) => plain(text)).join('\n');
const labels = ({ sections }: Post): string[] => sections.flatMap(({ buttons }) => buttons.map(({ label }) => label));
const appeal = (state: Violation['appeal']['state']): Pick<Violation, 'appeal'> => ({
  appeal: { state, by: 'slack:UBOB', atMs: 1, channel: 'slack:D1' },
});
const removal = (state: Violation['removal']['state']): Pick<Violation, 'removal'> => ({
  removal: { state, files: [], tries: 1, error: null, atMs: null },
});

const advice = 'If it was a password, a key or a token, change it now: somebody may have seen it. What else it said you may post again.';

describe('the message to an author', () => {
  it('says which rule it was, what was found, and what to do', () => {
    const post = authorMessageOf(violation());
    expect(textOf(post)).toBe(
      [
        'Your message in C1 was removed because of the rule “Keys”.',
        'Found: “AKIA…(16)”',
        'Keys: Keys belong into the vault.',
        advice,
      ].join('\n'),
    );
    expect(labels(post)).toEqual(['This is a mistake']);
    expect(post.sections[0]?.buttons[0]?.target).toEqual({ action: 'mistake', violation: violation().id });
  });

  it('speaks only of rules that act, each once', () => {
    const tried = finding({ ruleId: 'tried', ruleName: 'Tried', dryRun: true, masked: 'x…(9)' });
    const cards = finding({ ruleId: 'cards', ruleName: 'Cards', description: '' });
    const text = textOf(authorMessageOf(violation({ findings: [tried, finding(), finding({ start: 50 }), cards] })));
    expect(text).toMatch(/because of the rules “Keys” and “Cards”\.\n/);
    expect(text).not.toMatch(/Tried|x…|^Cards:/m);
    expect(text?.match(/vault/g)).toHaveLength(1);
  });

  it.each([
    ['wanted', 'Your message in C1 is being removed because of'],
    ['gone', 'Your message in C1 was removed because of'],
    ['failed', 'Please delete your message in C1: it breaks the rule “Keys”, and watchpost could not remove it.'],
    ['none', 'Your message in C1 was reported to the admins because of'],
  ] as const)('says what was done while the removal is %s', (state, begins) => {
    expect(textOf(authorMessageOf(violation(removal(state))))).toContain(begins);
  });

  it.each([
    ['asked', 'You said that this is a mistake. An admin will look at it, and you will be told.'],
    ['accepted', 'You said that this is a mistake, and an admin agreed.'],
    ['rejected', 'You said that this is a mistake, and an admin disagreed.'],
  ] as const)('has no button once the appeal is %s', (state, line) => {
    const post = authorMessageOf(violation(appeal(state)));
    expect(labels(post)).toEqual([]);
    expect(textOf(post)?.split('\n').at(-1)).toBe(line);
  });

  it('stays within what Slack takes for 200 matches of 200 rules', () => {
    const findings = Array.from({ length: 200 }, (_, index) =>
      finding({ ruleId: String(index), ruleName: `${String(index)} ${'&'.repeat(70)}`, description: '<'.repeat(500) }),
    );
    const post = authorMessageOf(violation({ findings }));
    expect(faultsOfBlocks(renderPost(post, { fileId: null }).blocks)).toEqual([]);
    expect(textOf(post)).toContain('and 195 more.');
    expect(renderPost(post, { fileId: null }).blocks.at(-1)?.type).toBe('actions');
  });
});

describe('the answer to an appeal', () => {
  it('is none before an admin has decided', () => {
    expect(appealAnswerOf(violation())).toBeNull();
    expect(appealAnswerOf(violation(appeal('asked')))).toBeNull();
  });

  it('says what becomes of the message', () => {
    const asked = { what: 'put-back', by: 'slack:UBOB', atMs: 1 } as const;
    const answers = [
      appealAnswerOf(violation(appeal('rejected'))),
      appealAnswerOf(violation({ ...appeal('accepted'), asked })),
      appealAnswerOf(violation({ ...appeal('accepted'), kept: { state: 'put-back', by: 'slack:UBOB', atMs: 1 } })),
      appealAnswerOf(violation({ ...appeal('accepted'), kept: { state: 'kept', by: null, atMs: 1 } })),
      appealAnswerOf(violation({ ...appeal('accepted'), ...removal('failed') })),
      appealAnswerOf(violation(appeal('accepted'))),
    ].map(textOf);
    expect(answers).toEqual([
      'An admin looked at your message in C1, and says that it breaks the rule “Keys”. Nothing changes.',
      'An admin agreed that your message in C1 broke no rule. It is being put back.',
      'An admin agreed that your message in C1 broke no rule. It was put back.',
      'An admin agreed that your message in C1 broke no rule. Ask an admin to put it back.',
      'An admin agreed that your message in C1 broke no rule.',
      'An admin agreed that your message in C1 broke no rule. It was not kept, so please write it again.',
    ]);
  });
});

describe('the notice in the channel', () => {
  const withNotice = finding({ notice: 'Keys belong into the vault.' });

  it('has the words of the rules that removed the message, each once', () => {
    const others = [
      finding({ ruleId: 'a', notice: 'Keys belong into the vault.' }),
      finding({ ruleId: 'b', notice: 'No card numbers here.' }),
      finding({ ruleId: 'c', notice: 'Only tried.', dryRun: true }),
      finding({ ruleId: 'd', notice: 'Only reported.', action: 'report' }),
    ];
    expect(textOf(noticeOf(violation({ findings: [withNotice, ...others] })))).toBe('Keys belong into the vault.\nNo card numbers here.');
  });

  it('is none without words, and before the message is removed', () => {
    expect(noticeOf(violation())).toBeNull();
    expect(noticeOf(violation({ findings: [finding({ notice: ' ' })] }))).toBeNull();
    for (const state of ['none', 'wanted', 'gone', 'failed'] as const)
      expect(noticeOf(violation({ findings: [withNotice], ...removal(state) }))).toBeNull();
  });
});
