import { channelKeySchema } from '@watchpost/shared/chat/chat';
import { postProgressSchema } from '@watchpost/shared/chat/posts';
import { z } from 'zod';

/** One face of one snapshot. */
const faceRefSchema = z.object({
  snapshotId: z.string(),
  /** Which of the snapshot's faces, from 0, as in its sightings. */
  position: z.number().int().nonnegative(),
});
export type FaceRef = z.infer<typeof faceRefSchema>;

const visitSnapshotSchema = z.object({
  snapshotId: z.string(),
  /** The message with the file, for the link. */
  messageId: z.string(),
  takenAtMs: z.number(),
  width: z.number(),
  height: z.number(),
});
export type VisitSnapshot = z.infer<typeof visitSnapshotSchema>;

/**
 * What became of a visit. `open`: nothing yet. `post`: it is posted, or about to be. `digest`: for the daily post. `never`: by the policy.
 * `cooldown`: its persons were reported a moment ago.
 */
export const verdictSchema = z.enum(['open', 'post', 'digest', 'never', 'cooldown']);
export type Verdict = z.infer<typeof verdictSchema>;

/** Snapshots of one camera close together in time: what a reader sees as one post. Who was there is in the gallery, not here. */
export const visitSchema = z.object({
  v: z.literal(1),
  id: z.string(),
  /** Where the snapshots come from. */
  channel: channelKeySchema,
  camera: z.string().nullable(),
  /** By when they were taken. */
  snapshots: z.array(visitSnapshotSchema),
  /** Which number each face has in the post, for good: whoever is shown later gets the next one. */
  numbers: z.array(z.object({ number: z.number().int(), faces: z.array(faceRefSchema) })),
  /** The persons that the post names, as it was last made: so that the visit is found when one of them changes. */
  persons: z.array(z.string()),
  /** Further persons whose change would change the post: those whom it asks about, and those who count as somebody else in it. */
  asked: z.array(z.string()),
  /** All whom the post, its pictures or what is kept of it ever named: so that a name goes everywhere when somebody is forgotten. */
  named: z.array(z.string()).exactOptional(),
  /** Who is forgotten and may still stand in the post, or on its pictures: until both are said again. */
  forgets: z.array(z.string()).exactOptional(),
  /** When its post was last asked to be said again because of them, milliseconds since 1970. */
  forgetsSinceMs: z.number().exactOptional(),
  /** Somebody is forgotten, or took back their consent, whose name the pictures may bear: they are to be removed. */
  picturesGo: z.boolean().exactOptional(),
  /** Whoever took back their consent by then, milliseconds since 1970, is named on none of its pictures. */
  namelessSinceMs: z.number().exactOptional(),
  /** The numbers that the post ever told of: people who are ignored have none until they are. */
  told: z.array(z.number().int()).exactOptional(),
  verdict: verdictSchema,
  /** Where it is posted, and how far the post got. */
  post: z.object({ channel: channelKeySchema, progress: postProgressSchema.nullable() }).nullable(),
  /**
   * Which snapshot the post's picture shows; null: no picture yet. Which numbers the newest picture shows, in the post or in its thread,
   * and all that is `drawn` on it (a hash), so that a picture that would be the same is not made again.
   */
  picture: z.object({ snapshotId: z.string(), numbers: z.array(z.number().int()), drawn: z.string() }).nullable(),
  /** A picture that the platform has, and does not show in the post yet: an attempt comes back to it instead of uploading another one. */
  upload: z.object({ fileId: z.string(), drawn: z.string(), atMs: z.number() }).nullable().exactOptional(),
  /** Of the text and the buttons that were posted last. */
  shownHash: z.string().nullable(),
  /** The revision whose content the post shows, or does not need to. */
  shownRevision: z.number().int(),
  /** The last change that a reader made here: it can be undone for ten minutes. `by`: the reader, an actor's id. */
  lastChange: z
    .object({
      entry: z.string(),
      atMs: z.number(),
      by: z.string(),
      /** `2 is {name}`. */
      summary: z.string(),
      /** Whose name it is, an id: names are read anew. Null: no name is in it. */
      person: z.string().nullable(),
    })
    .nullable(),
  /** What readers said that the post goes on saying: "2 is not Ada". `notPerson`: the person's id. */
  said: z.array(z.object({ number: z.number().int(), notPerson: z.string() })),
  /** Pictures posted in its thread because the post's own could not be changed, newest last. */
  replies: z.array(z.object({ key: z.string(), progress: postProgressSchema.nullable() })),
});
export type VisitBody = z.infer<typeof visitSchema>;

/** A visit with the revision that it was read at. */
export type Visit = VisitBody & { revision: number };
