import { blurredOf } from '@watchpost/worker/visit/blur';
import { planFor } from '@watchpost/worker/visit/3-choose-picture';
import { annotate } from '@watchpost/worker/visit/4-annotate';
import { compose } from '@watchpost/visits/compose';
import { createKeptFiles } from '@watchpost/worker/kept-files';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { snapshotJob, snapshotRecord } from '../../../support/factories.ts';
import { face, postman, uncertain, unknown7, visitOf } from '../../../support/visit-samples.ts';

const never = new AbortController().signal;
const tooFar = face(3, { decision: 'unrecognisable', person: null });
const faces = [face(0), face(1, { person: unknown7, decision: 'unknown' }), uncertain(2), tooFar, face(4, { person: postman })];
const seen = new Map([['a', faces]]);
const { view } = compose(visitOf(['a']), seen, () => 'different');
const plan = (blur: 'off' | 'strangers' | 'all-but-named') => planFor({ view, faces: seen, blur }, 'a');
const positions = (boxes: readonly { x: number }[]): number[] => boxes.map(({ x }) => x / 100);

describe('bystanders', () => {
  it('are nobody, strangers with those too far away, or all without a name', () => {
    expect(positions(plan('off').blurred)).toEqual([]);
    expect(positions(plan('strangers').blurred)).toEqual([1, 3]);
    expect(positions(plan('all-but-named').blurred)).toEqual([1, 2, 3, 4]);
  });

  it('are also who is not reported, and who is known but does not want to be named', () => {
    const named = { position: 0, box: face(0).box, style: 'named', text: '1: a known person' } as const;
    expect(positions(blurredOf([face(0), face(4, { person: postman })], [named], 'all-but-named'))).toEqual([0, 4]);
  });

  it('make another picture, which is drawn again', () => {
    expect(plan('off').drawn).toBe(planFor({ view, faces: seen, blur: 'off' }, 'a').drawn);
    expect(plan('strangers').drawn).not.toBe(plan('off').drawn);
  });

  it('cannot be recognised in what is posted, while others can', async () => {
    const noise = await sharp({
      create: { width: 600, height: 240, channels: 3, background: '#000', noise: { type: 'gaussian', mean: 128, sigma: 60 } },
    })
      .png()
      .toBuffer();
    const record = snapshotRecord({ job: snapshotJob({ snapshotId: 'a' }), snapshotId: 'a', width: 600, height: 240 });
    const deps = {
      records: { get: async () => record } as unknown as Parameters<typeof annotate>[2]['records'],
      files: createKeptFiles({ maxBytes: 0, keepMs: 0 }),
      maxBytes: 10_000_000,
      maxPixels: 1_000_000,
    };
    const chat = { check: async () => undefined, permalink: async () => '', download: async () => new Uint8Array(noise) };
    const jpeg = await annotate(plan('strangers'), chat, deps, never);
    const { width } = await sharp(jpeg).metadata();
    const spread = async (position: number): Promise<number> => {
      const scale = width / 600;
      const at = (value: number): number => Math.round(value * scale);
      const inside = { left: at(100 * position + 24), top: at(124), width: at(10), height: at(10) };
      const { channels } = await sharp(await sharp(jpeg).extract(inside).toBuffer()).stats();
      return channels[0]?.stdev ?? 0;
    };
    expect(await spread(0)).toBeGreaterThan(20);
    expect(await spread(1)).toBeLessThan(12);
  });
});
