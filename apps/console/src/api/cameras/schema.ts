import { z } from 'zod';
import { placeSchema } from '../now/schema.ts';
import { settingNames } from './setting-names.ts';

const countsSchema = z.record(z.string(), z.number().int());

export const cameraOfPageSchema = z.object({
  place: z.string(),
  channel: z.string(),
  /** Null: the channel is the camera. */
  camera: z.string().nullable(),
  /** Snapshots that came to an outcome in each of the last 24 hours, the oldest first. */
  hours: z.array(z.number().int()),
  /** Of these hours: how many snapshots came to which outcome. */
  outcomes: countsSchema,
  total: z.number().int(),
  /** The newest snapshot that was looked at. */
  last: z.object({ snapshotId: z.string(), takenAtMs: z.number(), outcome: z.string().nullable() }).nullable(),
  /** From posting to the outcome, of the newest snapshots: the middle one, and that of one in twenty. Milliseconds. */
  latency: z.object({ p50Ms: z.number(), p95Ms: z.number(), snapshots: z.number().int() }).nullable(),
  /** What would help this camera most. */
  advice: z.string().nullable(),
  /** How many settings the console has for it. */
  set: z.number().int(),
});
export type CameraOfPage = z.infer<typeof cameraOfPageSchema>;

export const camerasPageSchema = z.object({
  cameras: z.array(cameraOfPageSchema),
  /** The end of the last of the hours, milliseconds since 1970. */
  toMs: z.number(),
});
export type CamerasPage = z.infer<typeof camerasPageSchema>;

/** Settings as people write them in the cameras file: `{ cooldown: "5m", policy: { unknown: "digest" } }`. docs/cameras.md explains each. */
export const writtenSetSchema = z.record(z.string(), z.unknown());
export type WrittenSet = z.infer<typeof writtenSetSchema>;

const originSchema = z.object({ from: z.enum(['default', 'file', 'console']), scope: z.enum(['all', 'camera']) });
export type SettingOrigin = z.infer<typeof originSchema>;

const settingSchema = z.object({
  setting: z.enum(settingNames),
  /** As people write it; null: nothing is set, and nothing limits it. */
  value: z.unknown(),
  origin: originSchema,
  /** What holds if the console's own value here is taken back. */
  without: z.object({ value: z.unknown(), origin: originSchema }),
});
export type SettingOfPage = z.infer<typeof settingSchema>;

export const cameraSettingsSchema = z.object({
  /** Null: of all cameras. */
  place: z.string().nullable(),
  /** Changes name it, so that nobody overwrites what somebody else saved meanwhile. */
  revision: z.number().int(),
  settings: z.array(settingSchema),
  /** All that the console sets here. */
  set: writtenSetSchema,
  lastSnapshotId: z.string().nullable(),
});
export type CameraSettingsOfPage = z.infer<typeof cameraSettingsSchema>;

export const settingsQuerySchema = z.object({ camera: placeSchema.optional() });

export const checkBodySchema = z.object({ place: placeSchema.nullable(), set: writtenSetSchema });
export const saveBodySchema = checkBodySchema.extend({ revision: z.number().int() });

export const checkedSchema = z.object({
  /** What is wrong, setting by setting; with any nothing is saved. */
  faults: z.array(z.object({ setting: z.string(), message: z.string() })),
  /** What would hold afterwards and does not now. */
  changes: z.array(z.object({ setting: z.enum(settingNames), before: z.unknown(), after: z.unknown() })),
  /** What it would have meant for the newest faces; null: for all cameras, or nothing is known. */
  preview: z
    .object({
      faces: z.number().int(),
      snapshots: z.number().int(),
      /** Of these would have been left out. */
      tooSmall: z.number().int(),
      masked: z.number().int(),
    })
    .nullable(),
});
export type CheckedOfPage = z.infer<typeof checkedSchema>;

export const historySchema = z.object({
  items: z.array(
    z.object({ atMs: z.number(), by: z.string(), place: z.string().nullable(), before: writtenSetSchema, after: writtenSetSchema }),
  ),
});
export type SettingsHistory = z.infer<typeof historySchema>;
