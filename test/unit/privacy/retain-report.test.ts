import { holdingsOf, type Holding } from '@watchpost/gallery/holdings';
import { createRetentionReport } from '@watchpost/privacy/retention/report';
import { readRetention } from '@watchpost/privacy/retention/settings';
import { describe, expect, it } from 'vitest';

const never = new AbortController().signal;
const some = (count: number, over: Partial<Holding> = {}): Holding => ({
  count,
  isExact: true,
  atLeast: false,
  bytes: count * 10,
  oldestMs: null,
  nextDueMs: null,
  ...over,
});

async function report(documents: Record<string, Holding>, gallery: Record<string, Holding> = {}) {
  const holdings = {
    sizes: async () => ({ ...holdingsOf((name) => gallery[name]), nowMs: 1_000 }),
    documents: async () => new Map(Object.entries(documents)),
  };
  const { classes } = await createRetentionReport(holdings, readRetention({}))(never);
  return (id: string) => classes.find((each) => each.id === id);
}

describe('the report of what is kept', () => {
  it('adds up the kinds of a class, whichever of them there are', async () => {
    const of = await report({
      'private-log': some(2),
      'private-log-entry': some(30, { oldestMs: 500 }),
      registration: some(4, { isExact: false, atLeast: true, oldestMs: 400 }),
      'conversion-audit': some(7),
    });
    expect(of('private-logs')).toMatchObject({ count: 34, isExact: false, atLeast: true, bytes: 360, oldestMs: 400 });
    expect(of('conversions')).toMatchObject({ count: 7, isExact: true });
  });

  it('counts pieces and pictures of a thing for their size only', async () => {
    const of = await report(
      { 'quarantine-part': some(50), 'kept-file': some(1), 'kept-file-piece': some(9) },
      { faces: some(5), negatives: some(2), crops: some(6, { isExact: false }) },
    );
    expect(of('quarantine')).toMatchObject({ count: 0, bytes: 500 });
    expect(of('kept-files')).toMatchObject({ count: 1, bytes: 100 });
    expect(of('references')).toMatchObject({ count: 7, isExact: true, bytes: 130 });
  });

  it('says how old things are, not the lists of them, whose times may mean something else', async () => {
    const of = await report({ visit: some(1, { oldestMs: 900 }), 'owed-edit': some(1, { oldestMs: 0, nextDueMs: 5 }) });
    expect(of('visits')).toMatchObject({ count: 1, oldestMs: 900, nextDueMs: 900 + 30 * 86_400_000 });
  });

  it('says when the next is due by the setting of its kind, and not when something goes that stays', async () => {
    const dayMs = 86_400_000;
    const dated = { oldestMs: 900, nextDueMs: 900 + 3_650 * dayMs };
    const of = await report({
      rules: some(1, { oldestMs: 700 }),
      'rule-change': some(3, dated),
      'feed-decision': some(1, dated),
      'feed-closings': some(1, { oldestMs: 100 }),
      'console-secret': some(1, { oldestMs: 100 }),
      'console-browser': some(1, { oldestMs: 300, nextDueMs: 300 + 180 * dayMs }),
    });
    const due = ['rules', 'feed-decisions', 'console-sessions'].map((id) => of(id)?.nextDueMs);
    expect(due).toEqual([900 + 400 * dayMs, 900 + 400 * dayMs, 300 + 180 * dayMs]);
  });

  it('says nothing of how old things are whose times are still to come', async () => {
    const of = await report({ delivery: some(1, { oldestMs: 5_000, nextDueMs: 6_000 }), notice: some(1, { oldestMs: 900 }) });
    expect([of('deliveries')?.oldestMs, of('deliveries')?.nextDueMs, of('notices')?.oldestMs]).toEqual([null, 6_000, 900]);
  });

  it('says that nobody can tell, rather than none, of what is among something else', async () => {
    const of = await report({ entry: some(3) });
    expect([of('boards')?.count, of('feed-entries')?.count]).toEqual([null, 3]);
  });
});
