import type { IngestMetrics } from '@watchpost/ingest/metrics';

/** Counts nothing. */
export const silentIngestMetrics: IngestMetrics = {
  request: () => undefined,
  interaction: () => undefined,
  file: () => undefined,
  message: () => undefined,
  entry: () => undefined,
};
