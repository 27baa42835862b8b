import { AppError } from '@watchpost/shared/errors';
import { describe, expect, it } from 'vitest';
import { ingestRig } from '../../support/ingest-rig.ts';
import { picture } from '../../support/slack-messages.ts';

describe('a gap', () => {
  const failing = (code: 'queue-unavailable' | 'job-refused') =>
    ingestRig({
      send: async () => {
        throw new AppError(code, 'x');
      },
    });
  const event = { type: 'event_callback', event: { channel: 'C0CAMS', ...picture(1, 'F1') } };

  it('is noticed where an event was answered with 503', async () => {
    const it = failing('queue-unavailable');
    const before = Date.now();
    expect((await it.post(event)).statusCode).toBe(503);
    expect(it.gaps).toHaveLength(1);
    expect(it.gaps[0]).toBeGreaterThanOrEqual(before);
  });

  it('is noticed where Slack says that it drops events, from that minute on', async () => {
    const it = ingestRig();
    await it.post({ type: 'app_rate_limited', minute_rate_limited: 1_518_467_820 });
    expect(it.gaps).toEqual([1_518_467_820_000]);
  });

  it('is none where the queue refuses a job for good, nor where all is well', async () => {
    const refused = failing('job-refused');
    expect((await refused.post(event)).statusCode).toBe(422);
    const well = ingestRig();
    await well.post(event);
    expect([...refused.gaps, ...well.gaps]).toEqual([]);
  });
});

describe('the camera of a picture', () => {
  it('is that of its caption, else what its channel or its file’s name says', async () => {
    const it = ingestRig({ cameraOf: (channel, fileName) => `${channel} ${fileName ?? ''}` });
    const post = async (message: Record<string, unknown>) => it.post({ type: 'event_callback', event: { channel: 'C0CAMS', ...message } });
    await post(picture(20, 'F1', { text: 'Motion at Yard' }));
    await post(picture(10, 'F2'));
    expect(it.sent.map(({ job }) => (job.kind === 'snapshot' ? job.camera : null))).toEqual(['Yard', 'slack:C0CAMS 20231114221320.png']);
  });

  it('takes turns with the others by that name', async () => {
    const it = ingestRig();
    const post = async (camera: string, id: string) =>
      it.post({ type: 'event_callback', event: { channel: 'C0CAMS', ...picture(20, id, { text: `Motion at ${camera}` }) } });
    for (const id of ['F1', 'F2', 'F3']) await post('Busy', id);
    await post('Quiet', 'F4');
    expect(it.sent.map(({ job }) => (job.kind === 'snapshot' ? (job.rank ?? 0) : null))).toEqual([0, 1, 2, 0]);
  });
});
