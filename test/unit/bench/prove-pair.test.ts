import { describe, expect, it } from 'vitest';
import type { SnapshotRecord } from '@watchpost/gallery/records/snapshot-record';
import { faultsOf } from '@watchpost/bench/prove/pair/faults';
import { judgePersons, judgeSkipped, judgeSnapshot, type Outcome } from '@watchpost/bench/prove/pair/judge';
import { planPair } from '@watchpost/bench/prove/pair/plan';
import { judgeAttempts } from '@watchpost/bench/prove/pair/repairs';
import { chooseLie } from '@watchpost/bench/prove/pair/slack/lies';

const face = (stranger: number) => ({ kind: 'face', stranger, seed: 1 }) as const;
const post = (text: string) => ({ fileId: 'F1', snapshotId: 's', channel: 'C', text, ts: '1.0' });

function outcome(over: Partial<Outcome> & { state?: SnapshotRecord['state']; code?: string } = {}): Outcome {
  const { state = 'posted', code, ...rest } = over;
  const error = code === undefined ? null : { code, message: '' };
  const record = { state, error, faces: [{}] } as unknown as SnapshotRecord;
  const sent = { snapshotId: 's', content: face(1), shows: face(1), accepted: true };
  return { sent, record, posts: [post('1 face: Unknown 1')], stalls: 0, ...rest };
}
const found = (...args: Parameters<typeof outcome>) => judgeSnapshot(outcome(...args)).map(({ what }) => what.replace(/[,:].*/, ''));
const posted = (stranger: number, text: string): Outcome =>
  outcome({ sent: { snapshotId: text, content: face(stranger), shows: face(stranger), accepted: true }, posts: [post(text)] });

describe('the judge of the pair', () => {
  it('finds nothing wrong with one post of a face', () => {
    expect(found()).toEqual([]);
    expect(judgePersons([posted(1, 'Unknown 1'), posted(2, 'Unknown 2')], ['Unknown 1', 'Unknown 2'])).toEqual([]);
  });

  it('finds what is lost, doubled, said wrongly, or failed for a wrong reason', () => {
    expect(found({ record: null, posts: [] })).toEqual(['lost']);
    expect(found({ state: 'recognised', posts: [] })).toEqual(['lost']);
    expect(found({ posts: [post('Unknown 1'), post('Unknown 1')] })).toEqual(['posted 2 times']);
    expect(found({ posts: [] })).toEqual(['recorded as posted']);
    expect(found({ posts: [post('1 face: unknown')] })).toEqual(['the post names nobody']);
    expect(found({ state: 'failed', code: 'chat-not-authorised', posts: [] })).toEqual(['failed for a wrong reason']);
    expect(found({ state: 'failed', code: 'file-gone' })).toEqual(['failed for a wrong reason', 'posted']);
    expect(found({ state: 'nothing-to-post', posts: [] })).toEqual(['nothing was posted']);
  });

  it('accepts a failure that is right', () => {
    const gone = { snapshotId: 's', content: { kind: 'gone' }, shows: { kind: 'gone' }, accepted: true } as const;
    expect(found({ sent: gone, state: 'failed', code: 'file-gone', posts: [] })).toEqual([]);
    expect(found({ state: 'failed', code: 'job-worker-lost', posts: [], stalls: 2 })).toEqual([]);
    expect(found({ state: 'failed', code: 'job-worker-lost', posts: [], stalls: 1 })).toEqual(['failed for a wrong reason']);
  });

  it('finds what was skipped although nothing else shows the same', () => {
    const shown = face(1);
    const sent = (snapshotId: string, shows: ReturnType<typeof face>) => ({ snapshotId, content: shows, shows, accepted: true });
    const looked = outcome({ sent: sent('a', shown) });
    const skipped = (id: string, shows: ReturnType<typeof face>, sameAs: string) => {
      const one = outcome({ sent: sent(id, shows), posts: [] });
      return { ...one, record: { ...one.record, state: 'nothing-new', sameAs } as SnapshotRecord };
    };
    const what = (...outcomes: Outcome[]) => judgeSkipped(outcomes).map((breach) => breach.what.replace(/.*which /, ''));
    expect(what(looked, skipped('b', shown, 'a'))).toEqual([]);
    expect(what(looked, skipped('b', face(1), 'a'))).toEqual(['shows something else']);
    expect(what(looked, skipped('b', shown, 'nowhere'))).toEqual(['shows something else']);
    expect(what(looked, skipped('b', shown, 'a'), skipped('c', shown, 'b'))).toEqual(['was skipped itself']);
  });

  it('finds a stranger with two numbers, a number of two strangers, and a person too many', () => {
    const twins = judgePersons([posted(1, 'Unknown 1'), posted(1, 'Unknown 2')], ['Unknown 1']);
    expect(twins.map(({ what }) => what)).toEqual(['stranger 1 is Unknown 1 and Unknown 2']);
    const mixed = judgePersons([posted(1, 'Unknown 1'), posted(2, 'Unknown 1')], ['Unknown 1', 'Unknown 2']);
    expect(mixed.map(({ what }) => what)).toEqual(['Unknown 1 is strangers 1 and 2']);
    expect(judgePersons([posted(1, 'Unknown 1')], ['Unknown 1', 'Unknown 2'])).toHaveLength(1);
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
