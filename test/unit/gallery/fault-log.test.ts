import { createFaultLog } from '@watchpost/gallery/memory/fault-log';
import { createGalleryMetrics } from '@watchpost/gallery/metrics';
import type { Fault } from '@watchpost/gallery/store';
import { createLogger } from '@watchpost/shared/observability/logger';
import { createMetrics } from '@watchpost/shared/observability/metrics';
import { expect, it } from 'vitest';

it('writes the first of many faults only, and counts all', async () => {
  const lines: string[] = [];
  const all = createMetrics({ processMetrics: false });
  const metrics = createGalleryMetrics(all);
  const faults = createFaultLog({ metrics, log: createLogger('test', 'info', { write: (line) => void lines.push(line) }) });
  const many = Array.from({ length: 500 }, (_, index): Fault => ({
    kind: 'person',
    id: `p${String(index)}`,
    problem: 'the name is a number',
  }));
  for (const fault of many) faults.take({ persons: [], faces: [], pairs: [], faults: [fault] });
  expect(lines).toHaveLength(21);
  expect(lines.at(-1)).toContain('watchpost check lists all');
  const { values } = await metrics.faults.get();
  expect(values.find(({ labels }) => labels.kind === 'person')?.value).toBe(500);
});
