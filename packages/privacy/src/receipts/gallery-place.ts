import { traceStores, type Holdings, type TraceStore } from '@watchpost/gallery/holdings';
import type { PlaceName } from '../export/places.ts';
import type { Place } from './place.ts';

const called = {
  persons: 'names',
  faces: 'faces',
  crops: 'pictures of faces',
  sightings: 'sightings',
  sightingCrops: 'pictures of sightings',
  lastSeen: 'last seen',
  audit: 'audit entries with names',
  records: 'snapshot records',
} as const satisfies Record<TraceStore, PlaceName>;

/** What the gallery's eraser erases, which a worker runs when it is due. */
export function galleryPlace(holdings: Pick<Holdings, 'traces'>): Place {
  return {
    what: Object.values(called),
    count: async (subject, signal) => {
      const traces = await holdings.traces(subject, signal);
      return Object.fromEntries(traceStores.map((store) => [called[store], traces[store]]));
    },
    waitsFor: 'it is erased a minute after it can no longer be undone',
  };
}
