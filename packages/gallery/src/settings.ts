import type { GalleryConfig } from './config.ts';
import { defaultDecisionSettings, type DecisionSettings } from './decide/decide.ts';
import { defaultHousekeepingSettings, type HousekeepingSettings } from './housekeeping/housekeeping.ts';
import { defaultReferenceSettings, type ReferenceSettings } from './decide/references.ts';
import { defaultSyncSettings, type SyncSettings } from './memory/sync.ts';

const dayMs = 24 * 3_600_000;

export interface GallerySettings {
  /** Where vectors are searched: all of them in memory, or by MongoDB's `$vectorSearch`, with some in memory. */
  index: 'memory' | 'mongot';
  /** With `mongot`: so many vectors of each model are in memory at most. */
  residentVectors: number;
  decision: DecisionSettings;
  references: ReferenceSettings;
  sync: SyncSettings;
  /** How long sightings are kept. Milliseconds. */
  sightingsKeepMs: number;
  housekeeping: HousekeepingSettings;
}

export const defaultGallerySettings: GallerySettings = {
  index: 'memory',
  residentVectors: 50_000,
  decision: defaultDecisionSettings,
  references: defaultReferenceSettings,
  sync: defaultSyncSettings,
  sightingsKeepMs: 30 * 24 * 3_600_000,
  housekeeping: defaultHousekeepingSettings,
};

/** The settings that the environment speaks of. */
export function gallerySettings({ GALLERY_INDEX, UNKNOWN_KEEP_DAYS, SIGHTINGS_KEEP_DAYS }: GalleryConfig): Partial<GallerySettings> {
  return {
    index: GALLERY_INDEX,
    sightingsKeepMs: SIGHTINGS_KEEP_DAYS * dayMs,
    housekeeping: { ...defaultHousekeepingSettings, unknownKeepMs: UNKNOWN_KEEP_DAYS * dayMs },
  };
}
