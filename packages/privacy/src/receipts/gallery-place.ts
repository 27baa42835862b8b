import type { Holdings } from '@watchpost/gallery/holdings';
import type { Place } from './place.ts';

/** What the gallery's eraser erases, which a worker runs when it is due. */
export function galleryPlace(holdings: Pick<Holdings, 'traces'>): Place {
  return {
    count: async (subject, signal) => {
      const traces = await holdings.traces(subject, signal);
      return {
        names: traces.persons,
        faces: traces.faces,
        'pictures of faces': traces.crops,
        sightings: traces.sightings,
        'pictures of sightings': traces.sightingCrops,
        'last seen': traces.lastSeen,
        'audit entries with names': traces.audit,
        'snapshot records': traces.records,
      };
    },
    waitsFor: 'it is erased a minute after it can no longer be undone',
  };
}
