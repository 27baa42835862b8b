import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../support/describe-with.ts';
import { startCollector, type CollectedSpan, type Collector } from '../support/numbers-collector.ts';
import { startNumbersRig, type NumbersRig } from '../support/numbers-rig.ts';
import { frameWith, woman } from '../support/pictures.ts';
import { queueBackends } from '../support/queue-backends.ts';
import { postgres, type Service } from '../support/services.ts';
import { until } from '../support/until.ts';

for (const backend of queueBackends) {
  describeWith([...backend.needs, 'postgres'], `one trace from Slack to the post, with the queue on ${backend.name}`, () => {
    let services: Service[] = [];
    let collector: Collector;
    let rig: NumbersRig;

    beforeAll(async () => {
      collector = await startCollector();
      const gallery = await postgres();
      services = [gallery];
      const queue = backend.name === 'PostgreSQL' ? gallery : await backend.start();
      if (queue !== gallery) services.push(queue);
      rig = await startNumbersRig({
        ...backend.storage(queue.url),
        POSTGRES_URL: gallery.url,
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20for-the-collector',
        OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
      });
    }, 120_000);
    afterAll(async () => {
      await rig?.close();
      await collector?.close();
      await Promise.all(services.map((service) => service.stop()));
    });

    it('has each span below the one that caused it, and nothing of what people write', async () => {
      expect(await rig.post(await frameWith([woman]), { camera: 'Ada’s back door' })).toBe(200);
      await until(
        'it is posted',
        () => rig.slack.calls.some(({ method }) => method === 'files.completeUploadExternal' || method === 'chat.postMessage'),
        30_000,
      );
      const named = (name: string): CollectedSpan | undefined => collector.spans.find((span) => span.name === name);
      const above = (span: CollectedSpan): CollectedSpan | undefined => collector.spans.find(({ spanId }) => spanId === span.parentSpanId);
      /** From a span to the one that began it all. */
      const chain = (span: CollectedSpan | undefined): string[] => (span ? [`${span.process}: ${span.name}`, ...chain(above(span))] : []);
      const posting = await until('the visit’s job is over', () => named('process visit'), 30_000);
      expect(chain(posting)).toEqual([
        'watchpost-worker: process visit',
        'watchpost-worker: send visit',
        'watchpost-worker: join-visit',
        'watchpost-worker: process snapshot',
        'watchpost-ingest: send snapshot',
        'watchpost-ingest: slack event',
      ]);
      const { traceId } = posting;
      const snapshot = named('process snapshot');
      const below = (span: CollectedSpan | undefined) => collector.spans.filter(({ parentSpanId }) => parentSpanId === span?.spanId);
      expect(below(snapshot).map(({ name }) => name)).toEqual(expect.arrayContaining(['download', 'see', 'match', 'record', 'join-visit']));
      expect(below(posting).map(({ name }) => name)).toEqual(expect.arrayContaining(['gather', 'post']));
      expect(below(named('post')).some(({ name }) => name.startsWith('slack '))).toBe(true);
      const ours = collector.spans.filter((span) => span.traceId === traceId);
      expect(ours.filter((span) => span.parentSpanId !== undefined && span.parentSpanId !== '' && !above(span))).toEqual([]);
      expect(ours.every((span) => BigInt(span.endTimeUnixNano) >= BigInt(span.startTimeUnixNano))).toBe(true);
      expect(snapshot?.attributes).toMatchObject({ 'messaging.system': 'bullmq', 'watchpost.outcome': 'done', 'watchpost.attempt': 1 });
      expect(collector.headers[0]).toMatchObject({ authorization: 'Bearer for-the-collector' });
      const everything = collector.bodies.join('\n');
      expect(everything).toContain('deployment.environment.name');
      for (const secret of ['Ada', 'back door', 'Motion', 'xoxb', 'numbers-secret', 'for-the-collector', 'Unknown 1'])
        expect(everything).not.toContain(secret);
    });
  });
}
