import type { Post } from '@watchpost/shared/chat/post';
import { isViolationTarget } from '@watchpost/shared/chat/post';
import { plain } from '@watchpost/shared/chat/say';
import type { Violation } from '@watchpost/rules/violation';
import { reportOf, type ReportFacts } from '@watchpost/rules/words/report';
import { faultsOfBlocks } from '@watchpost/slack/blocks/faults';
import { renderPost } from '@watchpost/slack/blocks/render-post';
import { describe, expect, it } from 'vitest';
import { finding, foundAtMs, violation } from '../../../support/violation-samples.ts';

const facts: ReportFacts = { link: 'https://example.test/1', canRemove: { can: true } };
const linesOf = ({ sections }: Post): string[] => sections.flatMap(({ text }) => plain(text).split('\n'));
const report = (over: Partial<Violation>, given = facts): string[] => linesOf(reportOf(violation(over), given));
const outcome = (over: Partial<Violation>, given = facts): string => report(over, given)[2] ?? '';
const buttons = (over: Partial<Violation>): string[] =>
  reportOf(violation(over), facts).sections.flatMap((section) => section.buttons.map(({ label, target }) => `${label}: ${target.action}`));
const by = (member: string) => ({ by: `slack:${member}`, atMs: foundAtMs });
const kept = { state: 'kept', by: null, atMs: foundAtMs } as const;
const removal = (state: Violation['removal']['state'], error: string | null = null): Pick<Violation, 'removal'> => ({
  removal: { state, files: [], tries: 1, error, atMs: null },
});

describe('the report of a violation', () => {
  it('says which rule, who, where, when, what is masked, and what was done', () => {
    const post = reportOf(violation(), facts);
    expect(linesOf(post)).toEqual(['Keys (high) · UADA in C1 · 2026-11-22 14:02 UTC · message', 'Found: “AKIA…(16)”', 'Removed.']);
    expect(post.summary).toBe('Keys (high): “AKIA…(16)”. Removed.');
    const text = JSON.stringify(renderPost(post, { fileId: null }).blocks);
    expect(text).toContain('<@UADA> in <#C1>');
    expect(text).toContain('<https://example.test/1|message>');
  });

  it('names each rule once, and says where in files each match stands', () => {
    const card = finding({
      ruleId: 'cards',
      ruleName: 'Cards',
      severity: 'medium',
      masked: '4111…(12)',
      where: 'file 2 / page 3',
      dryRun: true,
    });
    const lines = report({ findings: [finding(), finding({ start: 40, end: 60 }), card] });
    expect(lines[0]).toMatch(/^Keys \(high\), Cards \(medium, dry run\) · /);
    expect(lines[1]).toBe('Found: “AKIA…(16)”, “AKIA…(16)”, “4111…(12)” in file 2 / page 3');
  });

  it.each([
    ['a dry run', { ...removal('none'), findings: [finding({ dryRun: true })] }, 'Dry run: it would have been removed.'],
    [
      'a dry run of a quarantine',
      { ...removal('none'), findings: [finding({ dryRun: true, action: 'quarantine' })] },
      'Dry run: it would have been removed, with the original in quarantine.',
    ],
    ['a report', { ...removal('none'), findings: [finding({ action: 'report' })] }, 'Only reported, as the rule says.'],
    [
      'a quarantine without a key',
      { ...removal('none'), findings: [finding({ action: 'quarantine' })] },
      'Only reported: nothing can be kept without QUARANTINE_KEY.',
    ],
    ['what is under way', removal('wanted'), 'It is being removed.'],
    ['another try', removal('wanted', 'Slack does not answer'), 'It could not be removed yet, and is tried again: Slack does not answer.'],
    ['what somebody else removed', removal('gone'), 'Somebody else had removed it already.'],
    ['a removal with a quarantine', { kept }, 'Removed, the original is in quarantine.'],
    [
      'what an admin wants back',
      { kept, asked: { what: 'put-back' as const, ...by('UBOB') } },
      'Removed. It is being put back, as UBOB asked.',
    ],
    ['what was put back', { kept: { state: 'put-back' as const, ...by('UBOB') } }, 'Removed, and put back by UBOB.'],
    ['what was put back by nobody knows whom', { kept: { state: 'put-back' as const, by: null, atMs: 1 } }, 'Removed, and put back.'],
    ['what an admin deleted', { kept: { state: 'deleted' as const, ...by('UBOB') } }, 'Removed. UBOB deleted the original.'],
    ['what is kept no longer', { kept: { state: 'deleted' as const, by: null, atMs: 1 } }, 'Removed. The original is no longer kept.'],
  ])('says what came of %s', (_what, over, expected) => {
    expect(outcome(over)).toBe(expected);
  });

  it('says that it is still there where it could not be removed, and why', () => {
    expect(outcome(removal('failed', 'Slack refused: cant_delete_message'))).toBe(
      'Could not be removed, and is still there: Slack refused: cant_delete_message.',
    );
  });

  it('says why nothing can be removed', () => {
    const canRemove = { can: false, why: 'SLACK_USER_TOKEN is not set.' } as const;
    expect(outcome(removal('none'), { link: null, canRemove })).toBe('Only reported: SLACK_USER_TOKEN is not set.');
  });

  it('says what could not be read, also where nothing was found', () => {
    const unread = [
      { fileId: 'F1', where: 'file 1', reason: 'encrypted' },
      { fileId: 'F2', where: 'file 2 / entry 3', reason: 'too-large' },
    ];
    const post = reportOf(violation({ findings: [], unread, ...removal('none') }), facts);
    expect(linesOf(post)).toEqual([
      'Not everything could be read · UADA in C1 · 2026-11-22 14:02 UTC · message',
      'Could not be read, so nobody knows what is in it: file 1 (encrypted), file 2 / entry 3 (too large)',
      'Nothing was found in what could be read.',
    ]);
    expect(post.summary).toBe('Not everything could be read: file 1 (encrypted), file 2 / entry 3 (too large)');
  });

  it('shows an appeal, and how it ended', () => {
    const appeal = (state: Violation['appeal']['state'], admin: string | null = null) =>
      report({ appeal: { state, by: admin, atMs: 1, channel: null } })[3];
    expect(appeal('no')).toBeUndefined();
    expect(appeal('asked', 'slack:UADA')).toBe('The author says that this is a mistake.');
    expect(appeal('accepted', 'slack:UBOB')).toBe('The author said that this is a mistake: accepted by UBOB.');
    expect(appeal('rejected', 'slack:UBOB')).toBe('The author said that this is a mistake: rejected by UBOB.');
  });

  it('offers what can be done now, and nothing else', () => {
    const asked = { state: 'asked', by: 'slack:UADA', atMs: 1, channel: null } as const;
    const forKept = ['Put back: put-back', 'Delete the original: delete-kept'];
    const forAppeal = ['Accept: accept', 'Reject: reject'];
    expect(buttons({})).toEqual([]);
    expect(buttons({ kept })).toEqual(forKept);
    expect(buttons({ appeal: asked })).toEqual(forAppeal);
    expect(buttons({ kept, appeal: asked })).toEqual([...forAppeal, ...forKept]);
    expect(buttons({ kept, asked: { what: 'delete', ...by('UBOB') } })).toEqual([]);
    expect(buttons({ kept: { ...kept, state: 'put-back' } })).toEqual([]);
    const targets = reportOf(violation({ kept }), facts).sections.flatMap((section) => section.buttons.map(({ target }) => target));
    expect(targets.every((target) => isViolationTarget(target) && target.violation === violation().id)).toBe(true);
  });

  it('names a bot without a mention', () => {
    const message = { ...violation().message, author: { member: null, bot: 'B1', app: 'A1' } };
    expect(report({ message })[0]).toMatch(/ · the bot B1 in C1 · /);
  });
});

describe('a report of very much', () => {
  const name = '*&<!channel>_'.repeat(7).slice(0, 80);
  const findings = Array.from({ length: 200 }, (_, index) =>
    finding({
      ruleId: `rule-${String(index)}`,
      ruleName: `${String(index)}${name}`.slice(0, 80),
      where: `file 1 / ${'entry 12 / '.repeat(16)}`,
      masked: 'AKIA…(2000)',
    }),
  );
  const unread = Array.from({ length: 50 }, (_, index) => ({
    fileId: 'F1',
    where: `file 1 / entry ${String(index)}`,
    reason: 'too-many-entries',
  }));
  const error = 'Slack said no. '.repeat(60);
  const large = violation({
    findings,
    unread,
    leftOut: { findings: 1_000, unread: 7 },
    ...removal('failed', error),
    kept,
    appeal: { state: 'asked', by: 'slack:UADA', atMs: 1, channel: null },
  });

  it('stays within what Slack takes, and counts what it leaves out', () => {
    const post = reportOf(large, { ...facts, link: `https://example.test/${'x'.repeat(300)}` });
    const { blocks, text } = renderPost(post, { fileId: null });
    expect(faultsOfBlocks(blocks)).toEqual([]);
    expect(text.length).toBeLessThanOrEqual(3_000);
    const lines = linesOf(post);
    expect(lines[0]).toContain(' and 195 more · ');
    expect(lines[1]).toMatch(/ and 1,190 more$/);
    expect(lines[2]).toMatch(/ and 52 more$/);
    expect(JSON.stringify(blocks)).not.toContain('<!channel>');
    expect(blocks.filter(({ type }) => type === 'actions')).toHaveLength(1);
  });
});
