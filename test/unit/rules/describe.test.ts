import { describeChange } from '@watchpost/rules/notation/describe-change';
import { describeRule, ruleFacts } from '@watchpost/rules/notation/describe';
import { readAuthorId, readChannelId, shownId } from '@watchpost/rules/notation/ids';
import { readTime, shownTime } from '@watchpost/rules/notation/times';
import { defaultRule, type Rule } from '@watchpost/rules/rule';
import { describe, expect, it } from 'vitest';

const rule = (over: Partial<Rule> = {}): Rule => ({
  ...defaultRule,
  id: 'r1',
  name: 'Keys',
  look: { pattern: 'AKIA\\w+' },
  createdAtMs: 0,
  changedAtMs: 0,
  ...over,
});

describe('a rule in words', () => {
  it.each<[Partial<Rule>, string]>([
    [{}, 'Keys: AKIA\\w+ in all channels, text and files: the admins would be told (medium, dry run)'],
    [
      {
        dryRun: false,
        action: 'quarantine',
        scan: 'files',
        severity: 'critical',
        scope: { in: 'all-but', channels: ['slack:C1', 'teams:T2'] },
      },
      'Keys: AKIA\\w+ in all channels but C1, teams:T2, files only: it is removed, and the original is kept for the admins (critical, live)',
    ],
    [
      { look: { detector: 'secrets' }, scan: 'text', enabled: false, exempt: ['slack:U1'], scope: { in: 'some', channels: ['slack:C1'] } },
      'Keys: keys and tokens in C1, text only: the admins would be told (medium, disabled, 1 exempt)',
    ],
  ])('in one line: %j', (over, line) => expect(describeRule(rule(over))).toBe(line));

  it('with a pattern in one line, and nothing in it that a terminal obeys', () => {
    expect(describeRule(rule({ look: { pattern: 'a\n\u001B[2Jb' } }))).toMatch(/^Keys: a\\n\\x\{1b\}\[2Jb in /);
  });

  it('in full: what it looks for, where, and what happens; what is not set is left out', () => {
    const facts = ruleFacts(rule({ action: 'remove', exempt: ['slack:U1', 'slack:B2'], notice: 'A key was removed.', mostAnHour: 5 }));
    expect(facts).toEqual([
      { label: 'name', text: 'Keys' },
      { label: 'id', text: 'r1' },
      { label: 'looks for', text: 'AKIA\\w+' },
      { label: 'in', text: 'all channels' },
      { label: 'scans', text: 'what messages say and files contain' },
      { label: 'action', text: 'remove: it is removed' },
      { label: 'state', text: 'dry run: only recorded, and reported as what would have happened' },
      { label: 'severity', text: 'medium' },
      { label: 'exempt', text: 'U1, B2' },
      { label: 'notice', text: 'A key was removed.' },
      { label: 'removals', text: 'at most 5 an hour, then it goes back to its dry run' },
    ]);
    const labels = ruleFacts(rule({ description: 'Rotate it.' })).map(({ label }) => label);
    expect(labels).toEqual(['name', 'id', 'looks for', 'in', 'scans', 'action', 'state', 'severity', 'description']);
  });

  it('with the ids as a platform shows them', () => {
    const scope = { in: 'some', channels: ['slack:C1'] } as const;
    expect(describeRule(rule({ scope: { ...scope, channels: ['slack:C1'] } }), (id) => `<${id}>`)).toContain(' in <slack:C1>, ');
  });
});

describe('a change of the rules in words', () => {
  const before = rule();
  it.each([
    ['added', null, before, 'added Keys (AKIA\\w+; report, dry run)'],
    ['removed', before, null, 'removed Keys'],
    ['edited', before, rule({ changedAtMs: 5 }), 'edited Keys: nothing changed'],
    ['edited', before, rule({ dryRun: false, action: 'remove' }), 'edited Keys: action report → remove; state dry run → live'],
    [
      'edited',
      before,
      rule({ name: 'All keys', exempt: ['slack:U1'], notice: 'Gone.', description: 'Why', mostAnHour: 7, look: { detector: 'secrets' } }),
      'edited Keys: name Keys → All keys; looks for AKIA\\w+ → keys and tokens; exempt nobody → U1; description none → "Why"; notice none → "Gone."; removals an hour 100 → 7',
    ],
  ] as const)('%s', (what, was, is, words) => expect(describeChange({ what, before: was, after: is })).toBe(words));
});

describe('ids and times as people write them', () => {
  it.each([
    ['C0123', 'slack:C0123'],
    [' slack:G0123 ', 'slack:G0123'],
    ['<#D0123|>', 'slack:D0123'],
    ['other:X1', 'other:X1'],
    ['U0123', null],
    ['#general', null],
    ['c0123', null],
    ['<@C0123>', null],
  ])('the channel "%s" is %s', (text, id) => expect(readChannelId(text)).toBe(id));

  it.each([
    ['U0123', 'slack:U0123'],
    ['<@W0123|ada>', 'slack:W0123'],
    ['B0123', 'slack:B0123'],
    ['slack:A0123', 'slack:A0123'],
    ['C0123', null],
    ['@ada', null],
  ])('the author "%s" is %s', (text, id) => expect(readAuthorId(text)).toBe(id));

  it('ids are shown without the usual platform', () => {
    expect([shownId('slack:C0123'), shownId('other:X1')]).toEqual(['C0123', 'other:X1']);
  });

  const now = Date.parse('2026-11-22T09:30:00Z');
  it.each([
    ['7d', '2026-11-15T09:30:00.000Z'],
    ['24H', '2026-11-21T09:30:00.000Z'],
    ['90m', '2026-11-22T08:00:00.000Z'],
    ['2w', '2026-11-08T09:30:00.000Z'],
    ['2026-11-01', '2026-11-01T00:00:00.000Z'],
    ['2026-11-01 10:30', '2026-11-01T10:30:00.000Z'],
    ['2026-11-01T10:30:15Z', '2026-11-01T10:30:15.000Z'],
    ['2026-11-01 10:30 UTC', '2026-11-01T10:30:00.000Z'],
    ['2026-02-30', null],
    ['2026-13-01', null],
    ['2026-11-01 25:00', null],
    ['yesterday', null],
    ['7', null],
    ['', null],
  ])('the time "%s" is %s', (text, iso) => {
    const read = readTime(text, now);
    expect(read === null ? null : new Date(read).toISOString()).toBe(iso);
  });

  it('until a date means its end, until a moment that moment', () => {
    expect(shownTime(readTime('2026-11-01', now, { end: true })!)).toBe('2026-11-02 00:00 UTC');
    expect(shownTime(readTime('2026-11-01 10:00', now, { end: true })!)).toBe('2026-11-01 10:00 UTC');
  });
});
