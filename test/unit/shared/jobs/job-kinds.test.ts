import { concurrencyOf, jobDefinitions, jobId, jobKinds, parseJob } from '@watchpost/shared/jobs/job-kinds';
import { describe, expect, it } from 'vitest';
import { snapshotJob } from '../../../support/factories.ts';

const result = { v: 1, kind: 'result', snapshotId: 'slack-C1-1-F1' } as const;

describe('the table of job kinds', () => {
  it('gives each kind a queue of its own', () => {
    const queues = jobKinds.map((kind) => jobDefinitions[kind].queue);
    expect(queues).toEqual([...new Set(queues)]);
    expect([jobDefinitions.snapshot.queue, jobDefinitions.result.queue]).toEqual(['snapshots', 'results']);
  });

  it('gives a snapshot and its result different ids', () => {
    expect(jobId('snapshot', snapshotJob({ snapshotId: result.snapshotId }))).toBe('slack-C1-1-F1');
    expect(jobId('result', result)).toBe('result-slack-C1-1-F1');
  });

  it('takes the concurrency from the variable or the number', () => {
    expect((['snapshot', 'result'] as const).map((kind) => concurrencyOf(kind, { WORKER_CONCURRENCY: 7 }))).toEqual([7, 1]);
  });

  it('parses a payload of its kind only, and names the faulty fields', () => {
    expect(parseJob('result', result)).toEqual(result);
    expect(() => parseJob('snapshot', result)).toThrow(expect.objectContaining({ code: 'job-invalid' }));
    expect(() => parseJob('result', { ...result, v: 0 })).toThrow(/v \(invalid_value\)/);
    expect(() => parseJob('result', { ...result, v: 2 })).toThrow(/a result job of a newer release/);
  });

  it.each(['slack', 'slack:', ':C1', 'Slack:C1'])('refuses the channel key %j', (channel) => {
    expect(() => parseJob('snapshot', { ...snapshotJob(), channel })).toThrow(/channel \(/);
  });

  it('accepts the channels of a platform that it does not know', () => {
    expect(parseJob('snapshot', { ...snapshotJob(), channel: 'telegram:-100123' })).toMatchObject({ channel: 'telegram:-100123' });
  });
});
