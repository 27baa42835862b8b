import type { Metrics } from '@watchpost/shared/observability/metrics';

/** The gallery's metrics. */
export function createGalleryMetrics(metrics: Metrics) {
  return {
    persons: metrics.gauge('gallery_persons', 'Persons in the gallery as this process knows it'),
    faces: metrics.gauge('gallery_faces', 'Faces in the gallery as this process knows it'),
    ready: metrics.gauge('gallery_ready', '1 when the whole gallery is in memory'),
    lag: metrics.gauge('gallery_lag_seconds', 'Time since the gallery in memory was last known to equal the database'),
    feedUp: metrics.gauge('gallery_feed_up', '1 while the database notifies of changes (change stream, LISTEN)'),
    faults: metrics.gauge('gallery_faults', 'Persons, faces and pairs in the database that cannot be read as they are', ['kind']),
    reloads: metrics.counter('gallery_reloads_total', 'Times that the whole gallery was read again', ['reason']),
    feedBreaks: metrics.counter('gallery_feed_breaks_total', 'Times that the change stream or LISTEN connection broke'),
    decisions: metrics.counter('gallery_decisions_total', 'Faces decided about', ['decision']),
    enrolled: metrics.counter('gallery_enrolled_total', 'Strangers that became a new Unknown'),
    conflicts: metrics.counter('gallery_commit_conflicts_total', 'Commits that conflicted with another one and were decided again'),
    matchSeconds: metrics.histogram(
      'gallery_match_seconds',
      'Time to compare one face with the gallery in memory',
      [],
      [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05],
    ),
  };
}

export type GalleryMetrics = ReturnType<typeof createGalleryMetrics>;
