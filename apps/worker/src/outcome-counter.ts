import type { SnapshotOutcome } from '@watchpost/gallery/records/snapshot-outcome';
import { createBoundedLabel } from '@watchpost/shared/observability/bounded-label';
import type { Metrics } from '@watchpost/shared/observability/metrics';

/** Counts what came of a snapshot of this camera; null: its camera is not known. */
export type OutcomeCounter = (camera: string | null, outcome: SnapshotOutcome) => void;

/** Each camera is a time series for each outcome: a system of captions that says something new each time must not fill the memory. */
const mostCameras = 200;

/**
 * Counts in `snapshots_total`: the first 200 cameras by their names, all others together as `other`. Those that are skipped are also counted
 * in a series that is there from the start: Prometheus sees no growth in one that begins with what it counts, and an alert asks for it.
 */
export function createOutcomeCounter(metrics: Metrics): OutcomeCounter {
  const counter = metrics.counter('snapshots_total', 'Snapshots, by camera and by what came of them', ['camera', 'outcome']);
  const skipped = metrics.counter('snapshots_skipped_total', 'Snapshots that were skipped because newer ones waited');
  const label = createBoundedLabel(mostCameras);
  return (name, outcome) => {
    const camera = label(name);
    counter.inc({ camera, outcome });
    if (outcome === 'skipped') skipped.inc();
  };
}
