import { describe, expect, it } from 'vitest';
import type { SnapshotOutcome } from '@watchpost/gallery/records/snapshot-outcome';
import type { SnapshotRecord } from '@watchpost/gallery/records/snapshot-record';
import type { VisitBody } from '@watchpost/visits/visit';
import { faultsOf } from '@watchpost/bench/prove/pair/faults';
import { judgePersons, judgeSkipped, judgeSnapshot, judgeVisits, type Outcome } from '@watchpost/bench/prove/pair/judge';
import { planPair } from '@watchpost/bench/prove/pair/plan';
import { judgeAttempts } from '@watchpost/bench/prove/pair/repairs';
import { chooseLie } from '@watchpost/bench/prove/pair/slack/lies';

const face = (stranger: number) => ({ kind: 'face', stranger, seed: 1 }) as const;
const post = (text: string, key = 'v1') => ({ key, text, ts: '1.0' });

function visit(over: Partial<VisitBody> = {}): VisitBody {
  const progress = { state: 'posted', fileId: 'F1', uploadedAtMs: 1, askedAtMs: 1, messageId: '1.0' } as const;
  const common = { v: 1, channel: 'slack:C1', camera: null, picture: null } as const;
  const shown = {
    snapshots: [],
    numbers: [],
    persons: [],
    shownHash: null,
    shownRevision: 3,
    lastChange: null,
    said: [],
    replies: [],
    asked: [],
  };
  return { ...common, ...shown, id: 'v1', verdict: 'post', post: { channel: 'slack:C2', progress }, ...over };
}

function outcome(over: Partial<Outcome> & { outcome?: SnapshotOutcome | null; code?: string } = {}): Outcome {
  const { outcome: ended = 'faces', code, ...rest } = over;
  const error = code === undefined ? null : { code, message: '' };
  const record = { state: 'recognised', outcome: ended, error, faces: [{}] } as unknown as SnapshotRecord;
  const sent = { snapshotId: 's', content: face(1), shows: face(1), accepted: true };
  return { sent, record, names: ['Unknown 1'], visits: ended === 'faces' ? [visit()] : [], stalls: 0, ...rest };
}
const found = (...args: Parameters<typeof outcome>) => judgeSnapshot(outcome(...args)).map(({ what }) => what.replace(/[,:].*/, ''));
const seen = (stranger: number, ...names: string[]): Outcome =>
  outcome({ sent: { snapshotId: names.join(), content: face(stranger), shows: face(stranger), accepted: true }, names });

describe('the judge of the pair', () => {
  it('finds nothing wrong with a face in one visit with one post', () => {
    expect(found()).toEqual([]);
    expect(judgeVisits([visit()], [outcome()], [post('1: Unknown 1')])).toEqual([]);
    expect(judgePersons([seen(1, 'Unknown 1'), seen(2, 'Unknown 2')], ['Unknown 1', 'Unknown 2'])).toEqual([]);
  });

  it('finds what is lost, doubled, or ended for a wrong reason', () => {
    expect(found({ record: null, visits: [] })).toEqual(['lost']);
    expect(found({ outcome: null })).toEqual(['lost']);
    expect(found({ outcome: 'none', visits: [visit()] })).toEqual(['nobody was seen', 'in a visit']);
    expect(found({ visits: [] })).toEqual(['lost']);
    expect(found({ visits: [visit({ verdict: 'open' })] })).toEqual(['lost']);
    expect(found({ visits: [visit(), visit({ id: 'v2' })] })).toEqual(['in 2 visits']);
    expect(found({ outcome: 'failed', code: 'chat-not-authorised' })).toEqual(['failed for a wrong reason']);
    expect(found({ outcome: 'none' })).toEqual(['nobody was seen']);
    expect(found({ outcome: 'skipped' })).toEqual(['ended as skipped']);
  });

  it('finds a visit that is not posted once, or whose post does not name everybody', () => {
    const what = (posts: ReturnType<typeof post>[], over = {}) =>
      judgeVisits([visit(over)], [outcome({ visits: [visit(over)] })], posts).map((breach) => breach.what.replace(/:.*/, ''));
    expect(what([])).toEqual(['lost']);
    expect(what([post('Unknown 1'), post('Unknown 1')])).toEqual(['posted 2 times']);
    expect(what([post('Unknown 12')])).toEqual(['the post does not name Unknown 1']);
    expect(what([post('Unknown 1')], { verdict: 'cooldown' })).toEqual(['posted, although its verdict is cooldown']);
    expect(what([post('Unknown 1'), post('Unknown 1', 'v9')])).toEqual(['a post of no visit']);
  });

  it('accepts a failure that is right', () => {
    const gone = { snapshotId: 's', content: { kind: 'gone' }, shows: { kind: 'gone' }, accepted: true } as const;
    expect(found({ sent: gone, outcome: 'failed', code: 'file-gone' })).toEqual([]);
    expect(found({ outcome: 'failed', code: 'job-worker-lost', stalls: 2 })).toEqual([]);
    expect(found({ outcome: 'failed', code: 'job-worker-lost', stalls: 1 })).toEqual(['failed for a wrong reason']);
  });

  it('finds what was skipped although nothing else shows the same', () => {
    const shown = face(1);
    const sent = (snapshotId: string, shows: ReturnType<typeof face>) => ({ snapshotId, content: shows, shows, accepted: true });
    const looked = outcome({ sent: sent('a', shown) });
    const skipped = (id: string, shows: ReturnType<typeof face>, sameAs: string) => {
      const one = outcome({ sent: sent(id, shows), visits: [] });
      return { ...one, record: { ...one.record, state: 'nothing-new', sameAs } as SnapshotRecord };
    };
    const what = (...outcomes: Outcome[]) => judgeSkipped(outcomes).map((breach) => breach.what.replace(/.*which /, ''));
    expect(what(looked, skipped('b', shown, 'a'))).toEqual([]);
    expect(what(looked, skipped('b', face(1), 'a'))).toEqual(['shows something else']);
    expect(what(looked, skipped('b', shown, 'nowhere'))).toEqual(['shows something else']);
    expect(what(looked, skipped('b', shown, 'a'), skipped('c', shown, 'b'))).toEqual(['was skipped itself']);
  });

  it('finds a stranger with two numbers, a number of two strangers, and a person too many', () => {
    const twins = judgePersons([seen(1, 'Unknown 1'), seen(1, 'Unknown 2')], ['Unknown 1']);
    expect(twins.map(({ what }) => what)).toEqual(['stranger 1 is Unknown 1 and Unknown 2']);
    const mixed = judgePersons([seen(1, 'Unknown 1'), seen(2, 'Unknown 1')], ['Unknown 1', 'Unknown 2']);
    expect(mixed.map(({ what }) => what)).toEqual(['Unknown 1 is strangers 1 and 2']);
    expect(judgePersons([seen(1, 'Unknown 1')], ['Unknown 1', 'Unknown 2'])).toHaveLength(1);
  });
});

describe('the judge of attempts', () => {
  const repairs = [{ what: 'token', brokenAtMs: 100_000, repairedAtMs: 160_000 }] as const;
  const at = (time: number, code: string, msg = 'job failed, will retry') =>
    judgeAttempts(`noise\n${JSON.stringify({ time, jobId: 'j', attempt: 1, err: { code }, msg })}\n`, repairs);

  it('finds an attempt that a wrong token used up', () => {
    expect(at(110_000, 'chat-not-authorised')).toEqual([{ subject: 'j', what: expect.stringContaining('used up an attempt') }]);
    expect(at(110_000, 'chat-not-authorised', 'job failed permanently')).toHaveLength(1);
    expect(at(50_000, 'channel-not-available')).toHaveLength(1);
    expect(at(110_000, 'file-forbidden')).toHaveLength(1);
  });

  it('lets other failures be, and a job that is judged just after the repair', () => {
    expect(at(110_000, 'chat-unavailable')).toEqual([]);
    expect(at(161_000, 'chat-not-authorised')).toEqual([]);
    expect(at(170_000, 'file-forbidden')).toEqual([]);
    expect(at(110_000, 'chat-not-authorised', 'job postponed')).toEqual([]);
  });
});

describe('the plan of the pair', () => {
  const options = { seed: 7, snapshots: 1_000, faults: faultsOf([], []), short: false, stores: 2, hasLauncher: true };
  const { messages, faults } = planPair(options);
  const count = (kind: string) => faults.filter((fault) => fault.kind === kind).length;

  it('is the same for a seed, and another for another', () => {
    expect(planPair(options)).toEqual({ messages, faults, forMs: expect.any(Number) });
    expect(planPair({ ...options, seed: 8 }).messages).not.toEqual(messages);
  });

  it('has as many faults as a thousand snapshots need', () => {
    expect(messages.flatMap(({ files }) => files)).toHaveLength(1_000);
    expect(['kill worker', 'kill ingest', 'kill launcher', 'restart', 'freeze', 'disk', 'token', 'membership'].map(count)).toEqual([
      50, 10, 5, 10, 10, 2, 1, 1,
    ]);
  });

  it('leaves a class of faults out, and nothing else', () => {
    const without = planPair({ ...options, faults: faultsOf(['duplicates', 'kills'], []) });
    expect(without.faults.some(({ kind }) => kind.startsWith('kill'))).toBe(false);
    expect(without.messages.map(({ files }) => files)).toEqual(messages.map(({ files }) => files));
    expect(faultsOf([], ['late'])).toEqual(new Set(['late']));
  });

  it('lies about one thing in the same way each time, and only so often', () => {
    const lies = { seed: 7, faults: options.faults, share: 1, times: 2 };
    const lie = (nth: number) => chooseLie(lies, 'files.info', 'F1', nth);
    expect(lie(0)).toEqual(lie(0));
    expect([lie(0) === null, lie(1) === null, lie(2)]).toEqual([false, false, null]);
  });
});
