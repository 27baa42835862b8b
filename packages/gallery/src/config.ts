import { z } from 'zod';
import type { CalibrationTable } from '@watchpost/shared/calibration-table';
import { wholeNumber } from '@watchpost/shared/config/parse-env';
import { defaultDecisionSettings, type DecisionSettings } from './decide/decide.ts';
import { createCalibration } from './decide/calibration.ts';
import { defaultRiskSettings } from './decide/yardstick.ts';
import { defaultReferenceSettings, type ReferenceSettings } from './decide/references.ts';
import { defaultHousekeepingSettings, type HousekeepingSettings } from './housekeeping/housekeeping.ts';
import { defaultSyncSettings, type SyncSettings } from './memory/sync.ts';
import { defaultSightingsKeepMs } from './stores/open-database.ts';

const dayMs = 24 * 3_600_000;

/** Where faces are searched, and how long data that nobody asked to keep is retained. */
export const galleryEnv = {
  /** `memory`, or `mongot`: MongoDB's `$vectorSearch`. */
  GALLERY_INDEX: z.enum(['memory', 'mongot']).default('memory'),
  /** Unknowns that nobody named, after they were last seen. */
  UNKNOWN_KEEP_DAYS: wholeNumber(1, 3_650).default(defaultHousekeepingSettings.unknownKeepMs / dayMs),
  /** Named people, after they were last seen; absent: until somebody forgets them. */
  NAMED_KEEP_DAYS: wholeNumber(1, 36_500).optional(),
  /** Who was seen where and when. */
  SIGHTINGS_KEEP_DAYS: wholeNumber(1, 3_650).default(defaultSightingsKeepMs / dayMs),
  /** Who changed which person, and when. */
  AUDIT_KEEP_DAYS: wholeNumber(1, 3_650).default(defaultHousekeepingSettings.auditKeepMs / dayMs),
  /** Of so many strangers one may be given a name, however large the gallery is. */
  STRANGERS_NAMED_ONE_IN: wholeNumber(1 / defaultRiskSettings.strangersUncertain, 1_000_000).default(
    1 / defaultRiskSettings.strangersNamed,
  ),
};
type GalleryConfig = z.output<z.ZodObject<typeof galleryEnv>>;

/** `$vectorSearch` exists on MongoDB only. */
export function galleryIndexFaults(config: { GALLERY_INDEX?: string; MONGO_CONNECTION_STRING?: string | undefined }): string[] {
  return config.GALLERY_INDEX === 'mongot' && !config.MONGO_CONNECTION_STRING
    ? ['GALLERY_INDEX=mongot needs MONGO_CONNECTION_STRING: only MongoDB has it']
    : [];
}

export interface GallerySettings {
  /** Where vectors are searched: in memory, or by MongoDB's `$vectorSearch` with some of them in memory. */
  index: 'memory' | 'mongot';
  /** With `mongot`: how many vectors of each model are in memory at most. */
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
  sightingsKeepMs: defaultSightingsKeepMs,
  housekeeping: defaultHousekeepingSettings,
};

/** The settings that the environment configures. `calibration`: the embedding model's, where it is not the built-in one. */
export function gallerySettings(config: GalleryConfig, calibration: CalibrationTable | null = null): Partial<GallerySettings> {
  return {
    decision: {
      ...defaultDecisionSettings,
      strangersNamed: 1 / config.STRANGERS_NAMED_ONE_IN,
      ...(calibration && { calibration: createCalibration(calibration) }),
    },
    index: config.GALLERY_INDEX,
    sightingsKeepMs: config.SIGHTINGS_KEEP_DAYS * dayMs,
    housekeeping: {
      ...defaultHousekeepingSettings,
      unknownKeepMs: config.UNKNOWN_KEEP_DAYS * dayMs,
      namedKeepMs: config.NAMED_KEEP_DAYS === undefined ? null : config.NAMED_KEEP_DAYS * dayMs,
      auditKeepMs: config.AUDIT_KEEP_DAYS * dayMs,
    },
  };
}
