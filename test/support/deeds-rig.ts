import { randomUUID } from 'node:crypto';
import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import { isViolationTarget, type ActionTarget, type Post, type PostAction } from '@watchpost/shared/chat/post';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import type { Deed, InteractionJob } from '@watchpost/shared/jobs/interaction-job';
import type { Job } from '@watchpost/shared/jobs/job-kinds';
import type { JobContext, JobResult } from '@watchpost/shared/jobs/job-queue';
import { toAppError } from '@watchpost/shared/errors';
import { pause } from '@watchpost/shared/wait';
import { createLogger } from '@watchpost/shared/observability/logger';
import { defaultCameraSettings } from '@watchpost/cameras/camera-settings';
import type { OpenedGallery } from '@watchpost/gallery/open-gallery';
import { compose } from '@watchpost/visits/compose';
import { postOf } from '@watchpost/visits/post';
import { createSubscriptions } from '@watchpost/visits/subscriptions';
import type { Visit } from '@watchpost/visits/visit';
import type { VisitView } from '@watchpost/visits/visit-view';
import { createVisits } from '@watchpost/visits/visits';
import { createInteractionHandler, type InteractionDeps } from '@watchpost/worker/interaction/pipeline';
import { plain } from '@watchpost/shared/chat/say';
import { face } from './gallery-backends.ts';
import { moderatingParts } from './moderating-parts.ts';
import { silentChat } from './silent-chat.ts';

const never = new AbortController().signal;

/** What members saw. */
export interface Seen {
  /** `UBOB: Done: 1 is Ada.` */
  told: string[];
  answers: Post[];
  homes: Post[];
  /** Titles of pictures by direct message. */
  messages: string[];
  jobs: Job[];
  /** Who may not name people. */
  outsiders: Set<string>;
  /** Who may not even ask, or of whom the platform does not say. */
  strangers: Map<string, 'no' | 'unknown'>;
}

export const nothingSeen = (): Seen => ({
  told: [],
  answers: [],
  homes: [],
  messages: [],
  jobs: [],
  outsiders: new Set(),
  strangers: new Map(),
});

/** A platform that only notes what members are told. */
export function notingPlatform(seen: Seen): ConnectedPlatform {
  return {
    prefix: 'slack',
    talk: null,
    writeChannel: 'slack:CRESULTS',
    adminChannel: null,
    moderation: silentChat.moderation,
    directory: silentChat.directory,
    reactions: silentChat.reactions,
    posts: silentChat.posts,
    chat: {
      check: async () => undefined,
      download: async () => new Uint8Array(),
      permalink: async (_channel, messageId) => `https://example.test/${messageId}`,
    },
    members: {
      mayRead: async (member) => seen.strangers.get(member) ?? 'yes',
      mayName: async (member) => seen.strangers.get(member) ?? (seen.outsiders.has(member) ? 'no' : 'yes'),
      mayAdminister: async () => 'no',
      tell: async ({ member }, text) => void seen.told.push(`${member}: ${plain(text)}`),
      answer: async (_to, post) => void seen.answers.push(post),
      message: async (_member, { picture }, save) => {
        await picture?.bytes();
        seen.messages.push(picture?.title ?? '');
        const posted = { state: 'posted', fileId: 'F1', uploadedAtMs: 1, askedAtMs: 1, messageId: '1.0' } as const;
        await save(posted);
        return posted;
      },
      showHome: async (_member, post) => void seen.homes.push(post),
      memberName: async (member) => ({ UEVE: 'Eve' })[member] ?? null,
    },
  };
}

/** The text of an answer. */
export const textOf = ({ sections, footer }: Post): string => [...sections.map(({ text }) => plain(text)), plain(footer)].join('\n').trim();

/** What one worker does interactions with. */
export function depsOf(opened: OpenedGallery, seen: Seen, documents: DocumentStore = opened.documents): InteractionDeps {
  const { gallery, operations, questions, records } = opened;
  const send = async (job: Job): Promise<void> => void seen.jobs.push(job);
  return {
    gallery,
    operations,
    questions,
    records,
    documents,
    ...moderatingParts(documents, { sender: { send } }),
    visits: createVisits(documents),
    subscriptions: createSubscriptions(documents),
    sender: { send, counts: async () => [{ kind: 'snapshot', state: 'waiting', count: 3 }] },
    sendTimeoutMs: 1_000,
    log: createLogger('test', 'silent'),
    platformFor: () => notingPlatform(seen),
    engine: {
      modelId: 'test-model',
      see: async () => Promise.reject(new Error('no picture is looked at')),
      fingerprint: async () => Promise.reject(new Error('no picture is looked at')),
      close: async () => undefined,
    },
    files: { get: () => null, keep: () => undefined, drop: () => undefined },
    maxBytes: 1_000_000,
    maxPixels: 1_000_000,
  };
}

export const firstAttempt: JobContext = { attempt: 1, lastAttempt: false };

/** An interaction in the results channel. */
export function interaction(deed: Deed, over: Partial<InteractionJob> & { member?: string } = {}): InteractionJob {
  const { member = 'UBOB', ...rest } = over;
  return {
    v: 1,
    kind: 'interaction',
    id: randomUUID(),
    platform: 'slack',
    atMs: Date.now(),
    by: { member, channel: 'slack:CRESULTS', thread: null, url: null },
    deed,
    ...rest,
  };
}

/** As the queue does: a job that was asked to come back soon does, and uses up no attempt. */
export async function doInteraction(deps: InteractionDeps, job: InteractionJob, context = firstAttempt): Promise<JobResult> {
  for (;;)
    try {
      return await createInteractionHandler(deps)(job, context, never);
    } catch (error) {
      const { retryAfterMs } = toAppError(error);
      if (retryAfterMs === undefined) throw error;
      await pause(retryAfterMs, never);
    }
}

/** A snapshot of these faces joins its camera's visit, which then has been posted. */
export async function takeSnapshot(
  opened: OpenedGallery,
  vectors: readonly Float32Array[],
  {
    snapshotId = randomUUID(),
    camera = 'Front door',
    takenAtMs = Date.now(),
    sizePx = 100,
  }: { snapshotId?: string; camera?: string; takenAtMs?: number; sizePx?: number } = {},
): Promise<Visit> {
  const visits = createVisits(opened.documents);
  const info = { snapshotId, channel: 'slack:C1' as const, camera, takenAtMs };
  const boxed = vectors.map((vector, index) => face(vector, { box: { x: 10 + 200 * index, y: 10, width: 100, height: 100 }, sizePx }));
  await opened.gallery.recognise(info, boxed, never);
  const joined = await visits.join({ ...info, messageId: '1.0', width: 1_000, height: 800 }, defaultCameraSettings, never);
  const { numbers, persons, asked } = await composed(opened, joined);
  const progress = { state: 'posted', fileId: 'F1', uploadedAtMs: 1, askedAtMs: takenAtMs, messageId: '2.0' } as const;
  return visits.save({ ...joined, numbers, persons, asked, post: { channel: 'slack:CRESULTS', progress } }, never);
}

async function composed(opened: OpenedGallery, visit: Visit) {
  const seen = await opened.questions.seenIn(
    visit.snapshots.map(({ snapshotId }) => snapshotId),
    never,
  );
  return compose(visit, seen, (one, other) => opened.questions.alike(one, other));
}

/** A visit as it is stored now, and its post as it would read now. */
export async function shown(opened: OpenedGallery, id: string): Promise<{ visit: Visit; view: VisitView; post: Post; text: string }> {
  const visit = await createVisits(opened.documents).get(id, never);
  if (!visit) throw new Error('the visit is gone');
  const { view } = await composed(opened, visit);
  const ids = [...visit.said.map(({ notPerson }) => notPerson), ...(visit.lastChange?.person ? [visit.lastChange.person] : [])];
  const people = await Promise.all(ids.map(async (personId) => [personId, await opened.gallery.person(personId, never)] as const));
  const names = new Map(people.flatMap(([personId, person]) => (person ? [[personId, person.name] as const] : [])));
  const post = postOf({ visit, view, links: [], names, pictureOf: null, timeZone: 'UTC', nowMs: Date.now() });
  return { visit, view, post, text: textOf(post) };
}

/** The button of a post as a reader sees it. */
export function buttonOf({ sections }: Post, action: PostAction, number: number | null = 1): ActionTarget {
  const all = sections.flatMap(({ buttons, menu }) => [...buttons, ...menu]).map(({ target }) => target);
  const found = all.filter((target) => !isViolationTarget(target)).find((target) => target.action === action && target.number === number);
  if (!found) throw new Error(`the post has no button ${action} for ${String(number)}`);
  return found;
}
