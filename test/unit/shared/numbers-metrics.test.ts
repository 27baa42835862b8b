import { AppError } from '@watchpost/shared/errors';
import { createBoundedLabel } from '@watchpost/shared/observability/bounded-label';
import { createMetrics } from '@watchpost/shared/observability/metrics';
import { createCallObserver } from '@watchpost/shared/observability/observe-calls';
import { noTracer } from '@watchpost/shared/observability/tracing';
import { createOutcomeCounter } from '@watchpost/worker/outcome-counter';
import { createRuleCounts } from '@watchpost/worker/rule-counts';
import { describe, expect, it } from 'vitest';

describe('labels from outside', () => {
  it('are themselves as long as there is room', () => {
    const label = createBoundedLabel(2);
    expect(['a', 'b', 'c', null, 'a', 'd'].map(label)).toEqual(['a', 'b', 'other', 'unknown', 'a', 'other']);
  });

  it('keep a scrape small and quick, however many cameras and rules there are', async () => {
    const metrics = createMetrics();
    const [camera, rules] = [createOutcomeCounter(metrics), createRuleCounts(metrics)];
    for (let index = 0; index < 10_000; index += 1) {
      for (const outcome of ['faces', 'none', 'blurred', 'too-small', 'skipped'] as const) camera(`Camera ${String(index)}`, outcome);
      rules.matches([{ ruleName: `Rule ${String(index)}`, action: 'report', dryRun: false }]);
    }
    let [body, quickestMs] = ['', Infinity];
    // Others use the machine too: the quickest of some.
    for (let times = 0; times < 5; times += 1) {
      const startMs = performance.now();
      ({ body } = await metrics.scrape());
      quickestMs = Math.min(quickestMs, performance.now() - startMs);
    }
    expect(quickestMs).toBeLessThan(100);
    expect(Buffer.byteLength(body)).toBeLessThan(300_000);
    const seriesOf = (name: string) => body.split('\n').filter((line) => line.startsWith(`${name}{`));
    expect(seriesOf('watchpost_snapshots_total')).toHaveLength(201 * 5);
    expect(seriesOf('watchpost_rule_matches_total')).toHaveLength(501);
    expect(body).toContain('watchpost_snapshots_total{camera="other",outcome="faces"} 9800');
    expect(body).toContain('watchpost_rule_matches_total{rule="other",action="report",outcome="live"} 9500');
  });
});

describe('a scrape', () => {
  it('does not wait for what is slow, and asks it once at a time', async () => {
    const metrics = createMetrics({ processMetrics: false });
    const gauge = metrics.gauge('slow', 'Set late');
    let asked = 0;
    let answer: () => void = () => undefined;
    metrics.onScrape(async () => {
      asked += 1;
      await new Promise<void>((resolve) => (answer = resolve));
      gauge.set(7);
    });
    const startMs = performance.now();
    const [first] = await Promise.all([metrics.scrape(), metrics.scrape()]);
    expect(performance.now() - startMs).toBeLessThan(500);
    expect(first.body).toContain('watchpost_slow 0');
    expect(asked).toBe(1);
    answer();
    await new Promise(setImmediate);
    const again = metrics.scrape();
    expect(asked).toBe(2);
    answer();
    expect((await again).body).toContain('watchpost_slow 7');
  });

  it('does not fail because something else does', async () => {
    const metrics = createMetrics({ processMetrics: false });
    metrics.gauge('fine', 'Is there').set(1);
    metrics.onScrape(() => {
      throw new Error('no store');
    });
    metrics.onScrape(async () => Promise.reject(new Error('no store either')));
    expect((await metrics.scrape()).body).toContain('watchpost_fine 1');
  });

  it('says which release this is', async () => {
    expect((await createMetrics().scrape()).body).toMatch(/^watchpost_build_info\{version="\d+\.\d+\.\d+",node="v\d+\.\d+\.\d+"\} 1$/m);
  });
});

describe('calls of a platform', () => {
  it('are counted by how they end; what refuses too many of them is counted once, with how long to wait', async () => {
    const metrics = createMetrics({ processMetrics: false });
    const { call, work } = createCallObserver(metrics, noTracer)('slack');
    const limited = new AppError('chat-rate-limited', 'too many', { retryAfterMs: 30_000 });
    expect(await call('auth.test', async () => 'me')).toBe('me');
    await expect(work('upload', async () => call('files.info', async () => Promise.reject(limited)))).rejects.toBe(limited);
    await expect(work('download', async () => Promise.reject(new AppError('chat-rate-limited', 'too many')))).rejects.toThrow('too many');
    const { body } = await metrics.scrape();
    expect(body).toContain('watchpost_chat_call_seconds_count{platform="slack",method="auth.test",outcome="done"} 1');
    expect(body).toContain('watchpost_chat_call_seconds_count{platform="slack",method="files.info",outcome="chat-rate-limited"} 1');
    expect(body).toContain('watchpost_chat_rate_limited_total{platform="slack",method="files.info"} 1');
    expect(body).toContain('watchpost_chat_rate_limited_seconds_total{platform="slack",method="files.info"} 30');
    expect(body).toContain('watchpost_chat_rate_limited_total{platform="slack",method="download"} 1');
    expect(body).not.toContain('method="upload"');
  });
});
