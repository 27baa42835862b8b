import { createMetrics } from '@watchpost/shared/observability/metrics';
import { createOutcomeCounter } from '@watchpost/worker/outcome-counter';
import { describe, expect, it } from 'vitest';

describe('counting what came of snapshots', () => {
  it('counts by camera, and stays bounded whatever cameras are called', async () => {
    const metrics = createMetrics({ processMetrics: false });
    const count = createOutcomeCounter(metrics);
    for (let camera = 0; camera < 1_000; camera += 1) count(`Camera ${camera}`, 'faces');
    count('Camera 0', 'none');
    count('Camera 0', 'faces');
    count('Camera 999', 'none');
    count(null, 'none');
    const { body } = await metrics.scrape();
    const lines = body.split('\n').filter((line) => line.startsWith('watchpost_snapshots_total'));
    expect(lines).toHaveLength(204);
    expect(lines).toContain('watchpost_snapshots_total{camera="Camera 0",outcome="faces"} 2');
    expect(lines).toContain('watchpost_snapshots_total{camera="other",outcome="faces"} 800');
    expect(lines).toContain('watchpost_snapshots_total{camera="other",outcome="none"} 1');
    expect(lines).toContain('watchpost_snapshots_total{camera="unknown",outcome="none"} 1');
  });

  it('counts snapshots without a camera by themselves', async () => {
    const metrics = createMetrics({ processMetrics: false });
    const count = createOutcomeCounter(metrics);
    expect((await metrics.scrape()).body.split('\n')).toContain('watchpost_snapshots_skipped_total 0');
    count('Gate', 'none');
    count(null, 'skipped');
    const { body } = await metrics.scrape();
    expect(body).toContain('watchpost_snapshots_total{camera="unknown",outcome="skipped"} 1');
    expect(body.split('\n')).toContain('watchpost_snapshots_skipped_total 1');
  });
});
