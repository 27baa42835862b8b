import { consentStates } from '@watchpost/privacy/consent/consents';
import { z } from 'zod';
import { freeText } from '../../http/free-text.ts';

/** Of a person in an address: an id of any length is nobody's, and no fault of the request. */
export const personParams = z.object({ id: z.string() });

/** What the API says about people. Times are milliseconds since 1970. */

export const personStatusSchema = z.enum(['named', 'unknown', 'ignored']);
export const whereSchema = z.object({ atMs: z.number(), channel: z.string(), camera: z.string().nullable() });

export const personRowSchema = z.object({
  id: z.string(),
  status: personStatusSchema,
  name: z.string(),
  /** Of an unknown, kept when it is named. */
  number: z.number().nullable(),
  aliases: z.array(z.string()),
  /** The face whose picture stands for the person: `/api/faces/{face}/crop`. */
  face: z.string().nullable(),
  /** References. */
  faces: z.number(),
  /** Within the time that sightings are kept. May be some moments old. */
  sightings: z.number(),
  lastSeen: whereSchema.nullable(),
  /** Whom an unknown may be, though not surely. */
  mayBe: z.object({ id: z.string(), name: z.string(), face: z.string().nullable() }).nullable(),
});
export type PersonRow = z.infer<typeof personRowSchema>;

export const peopleQuerySchema = z.object({
  q: z.string().max(200).default(''),
  status: z.enum(['all', 'named', 'unknown', 'ignored']).default('all'),
  sort: z.enum(['name', 'seen', 'often']).default('seen'),
  cursor: z.string().max(1_000).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(60),
});
export const peoplePageSchema = z.object({
  items: z.array(personRowSchema),
  next: z.string().nullable(),
  /** Of everybody, whatever is searched for. */
  counts: z.object({ all: z.number(), named: z.number(), unknown: z.number(), ignored: z.number() }),
  /** How many fit the search and the filter. */
  found: z.number(),
});
export type PeoplePage = z.infer<typeof peoplePageSchema>;

export const faceSchema = z.object({
  id: z.string(),
  role: z.enum(['reference', 'negative']),
  modelId: z.string(),
  /** 0..1. */
  quality: z.number(),
  sizePx: z.number(),
  createdAtMs: z.number(),
  /** The snapshot that it was learnt from; null for a picture file. */
  snapshotId: z.string().nullable(),
  /** As far as the sighting is still kept. */
  seen: whereSchema.nullable(),
  /** How it became a face of the person: a reader said so, it was enrolled from a file, the first of an unknown, or recognised; null: not known any more. */
  learntFrom: z.enum(['said', 'file', 'first', 'recognised', 'denied']).nullable(),
  /** Of a negative: whom it does show, if somebody said so. */
  shows: z.object({ id: z.string(), name: z.string() }).nullable(),
});
export type PersonFace = z.infer<typeof faceSchema>;

export const personSchema = personRowSchema.extend({
  createdAtMs: z.number(),
  /** The numbers of the unknowns that were merged into it. */
  formerNumbers: z.array(z.number()),
  references: z.array(faceSchema),
  negatives: z.array(faceSchema),
  /** Unknowns who may be this person. */
  perhaps: z.array(personRowSchema),
  /** Who is known to be somebody else. */
  notSame: z.array(z.object({ id: z.string(), name: z.string() })),
  /** Other persons of the same name: probably one, entered twice. */
  namesakes: z.array(z.object({ id: z.string(), name: z.string() })),
});
export type PersonDetail = z.infer<typeof personSchema>;

export const sightingItemSchema = z.object({
  snapshotId: z.string(),
  position: z.number(),
  takenAtMs: z.number(),
  channel: z.string(),
  camera: z.string().nullable(),
  /** Nobody is sure. */
  unsure: z.boolean(),
  /** Cosine to the nearest reference. */
  similarity: z.number().nullable(),
  /** A reader said whose it is. */
  said: z.boolean(),
  /** Where its picture is, if one is kept. */
  picture: z.string().nullable(),
  /** Who else is in the picture. */
  with: z.array(z.object({ id: z.string(), name: z.string() })),
});
export type SightingItem = z.infer<typeof sightingItemSchema>;
export const sightingsPageSchema = z.object({ items: z.array(sightingItemSchema), next: z.string().nullable() });

export const whenQuerySchema = z.object({
  /** The viewer's time zone, `Europe/Berlin`. */
  zone: z.string().max(100).default('UTC'),
});
export const whenSchema = z.object({
  total: z.number(),
  firstMs: z.number().nullable(),
  lastMs: z.number().nullable(),
  /** How long sightings are kept, days. */
  keptDays: z.number(),
  cameras: z.array(z.object({ channel: z.string(), camera: z.string().nullable(), sightings: z.number() })),
  /** By the hour of the day, from midnight in the zone. */
  hours: z.array(z.number()).length(24),
  /** Every day from the first that is kept to today: `2026-11-23`. */
  days: z.array(z.object({ day: z.string(), sightings: z.number() })),
});
export type When = z.infer<typeof whenSchema>;

export const changeSchema = z.object({
  id: z.string(),
  action: z.string(),
  actor: z.string(),
  atMs: z.number(),
  summary: z.string(),
  undone: z.boolean(),
  /** Until when it can be undone; null: it cannot. */
  undoUntilMs: z.number().nullable(),
});
export type Change = z.infer<typeof changeSchema>;
export const changesPageSchema = z.object({ items: z.array(changeSchema), next: z.string().nullable() });

/** What a change came to. */
export const doneSchema = z.object({
  /** The entry of the log, by which it is undone: `POST /api/changes/{entry}/undo`. */
  entry: z.string(),
  summary: z.string(),
  undoUntilMs: z.number(),
  /** The person as it is now: after a merge, the one that it became. Null: gone. */
  personId: z.string().nullable(),
});
export type Done = z.infer<typeof doneSchema>;

export const mergePreviewSchema = z.object({
  /** Who stays. A name is never absorbed by a number, nor an older unknown by a younger one. */
  kept: personRowSchema,
  absorbed: personRowSchema,
  /** The names that will find the person, besides its own. */
  aliases: z.array(z.string()),
  references: z.number(),
  /** Above the most that a person keeps: the most alike are removed. */
  surplus: z.number(),
  sightings: z.number(),
  /** Somebody said that the two are not the same, or one picture showed both. */
  notSame: z.boolean(),
});
export type MergePreview = z.infer<typeof mergePreviewSchema>;

export const consentSchema = z.object({
  /** `unknown`: nothing was noted. */
  state: z.enum(['unknown', ...consentStates]),
  /** When it was noted, milliseconds since 1970, by whom, and where the paper is or how it was said. */
  atMs: z.number().nullable(),
  by: z.string().nullable(),
  note: z.string().nullable(),
  /** Names are shown only of those who consent (REQUIRE_CONSENT). */
  isRequired: z.boolean(),
});
export type ConsentOfPerson = z.infer<typeof consentSchema>;
export const consentBody = z.strictObject({ state: z.enum(consentStates), note: freeText(500).nullable().default(null) });
