import { mergeFound } from '@watchpost/rules/store/merge-findings';
import type { Finding, Unread } from '@watchpost/rules/violation';
import { describe, expect, it } from 'vitest';
import { findingSample } from '../../../support/rule-samples.ts';

const nothing = { findings: [], unread: [] };
const merge = (known: Finding[], ...found: Finding[]) => mergeFound({ findings: known, unread: [] }, { findings: found, unread: [] });
const unread = (over: Partial<Unread> = {}): Unread => ({ fileId: 'F1', where: 'file 1', reason: 'encrypted', ...over });

describe('what is found in a message', () => {
  const first = findingSample();

  it('is news once', () => {
    expect(merge([], first)).toMatchObject({ findings: [first], news: true });
    expect(merge([first], { ...first, atMs: 9_000 })).toMatchObject({ findings: [first], news: false });
  });

  it('is no news where an edit only moved it', () => {
    expect(merge([first], { ...first, start: 20, end: 24 })).toMatchObject({ findings: [first], news: false });
  });

  it.each([{ ruleId: 'r2' }, { where: 'attachment' }, { masked: 'Y…(4)' }, { fileId: 'F1' }])('is news with another %j', (over) => {
    const other = { ...first, ...over };
    expect(merge([first], other)).toMatchObject({ findings: [first, other], news: true });
  });

  it('counts each of several that look the same', () => {
    const second = { ...first, start: 10, end: 14 };
    const third = { ...first, start: 20, end: 24 };
    expect(merge([], first, second)).toMatchObject({ findings: [first, second], news: true });
    expect(merge([first], first, second, third)).toMatchObject({ findings: [first, second, third], news: true });
    expect(merge([first, second], third)).toMatchObject({ findings: [first, second], news: false });
  });

  it.each([
    [{ dryRun: true }, { dryRun: false }],
    [{ action: 'report' }, { action: 'remove' }],
    [{ action: 'remove' }, { action: 'quarantine' }],
    [{ action: 'quarantine', dryRun: true }, { action: 'report' }],
  ] as [Partial<Finding>, Partial<Finding>][])('is news where %j has become %j, and takes its place', (before, after) => {
    const [weak, strong] = [findingSample(before), findingSample(after)];
    expect(merge([weak], strong)).toMatchObject({ findings: [strong], news: true });
    expect(merge([strong], weak)).toMatchObject({ findings: [strong], news: false });
  });

  it('is kept up to 200 times, and the rest is counted', () => {
    const many = Array.from({ length: 250 }, (_, number) => ({ ...first, where: `attachment ${String(number)}` }));
    const merged = merge([], ...many);
    expect(merged).toMatchObject({ leftOut: { findings: 50, unread: 0 }, news: true });
    expect(merged.findings).toEqual(many.slice(0, 200));
    expect(mergeFound(merged, { findings: many, unread: [] })).toEqual({ ...merged, news: false });
    expect(mergeFound(merged, { findings: [{ ...first, where: 'link' }], unread: [] }).leftOut.findings).toBe(50);
  });

  it('never leaves out a file in which something was found, whatever else was found before', () => {
    const many = Array.from({ length: 250 }, (_, number) => findingSample({ ruleId: `r${String(number)}` }));
    const inFile = findingSample({ fileId: 'F1', where: 'file 1' });
    expect(merge(merge([], ...many).findings, inFile).findings).toContain(inFile);
  });

  it('never leaves out what decides what is done: the strongest of the text and of each file, and one of each rule', () => {
    const dull = Array.from({ length: 250 }, (_, number) => findingSample({ action: 'report', where: `attachment ${String(number)}` }));
    const telling = [
      findingSample({ action: 'quarantine', masked: 'A…(4)' }),
      findingSample({ action: 'remove', fileId: 'F1', where: 'file 1' }),
      findingSample({ action: 'report', fileId: 'F2', where: 'file 2' }),
      findingSample({ ruleId: 'r2', dryRun: true, where: 'link' }),
    ];
    const { findings, leftOut } = merge(dull.slice(0, 200), ...dull.slice(200), ...telling);
    expect(findings).toHaveLength(200);
    expect(findings).toEqual(expect.arrayContaining(telling));
    expect(leftOut.findings).toBe(54);
    expect(merge(findings, ...telling).news).toBe(false);
  });
});

describe('what could not be read', () => {
  it('is news once for each place and reason', () => {
    const known = { findings: [], unread: [unread()] };
    expect(mergeFound(nothing, known)).toMatchObject({ unread: [unread()], news: true });
    expect(mergeFound(known, known)).toMatchObject({ unread: [unread()], news: false });
    const others = [unread({ fileId: 'F2' }), unread({ where: 'file 1 / 2' }), unread({ reason: 'broken' })];
    expect(mergeFound(known, { findings: [], unread: others })).toMatchObject({ unread: [unread(), ...others], news: true });
  });

  it('is kept up to 50 times, and the rest is counted', () => {
    const many = Array.from({ length: 60 }, (_, number) => unread({ where: `file 1 / ${String(number)}` }));
    const merged = mergeFound(nothing, { findings: [], unread: many });
    expect(merged).toMatchObject({ unread: many.slice(0, 50), leftOut: { findings: 0, unread: 10 }, news: true });
    expect(mergeFound(merged, { findings: [], unread: many })).toEqual({ ...merged, news: false });
  });
});
