import { randomUUID } from 'node:crypto';
import { createCanvas } from '@napi-rs/canvas';
import type { ChannelKey } from '@watchpost/shared/chat/chat';
import { onlyId } from '@watchpost/shared/chat/chat';
import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { createEnvelope } from '@watchpost/shared/envelope';
import { toAppError } from '@watchpost/shared/errors';
import type { Job } from '@watchpost/shared/jobs/job-kinds';
import type { JobContext } from '@watchpost/shared/jobs/job-queue';
import { sealJson } from '@watchpost/shared/jobs/sealed';
import type { TalkJob, TalkWhat } from '@watchpost/shared/jobs/talk-job';
import { pause } from '@watchpost/shared/wait';
import type { OpenedGallery } from '@watchpost/gallery/open-gallery';
import type { FaceEngine, SeenFace } from '@watchpost/see/face-engine';
import { createSubscriptions } from '@watchpost/visits/subscriptions';
import { createTalking } from '@watchpost/worker/talking';
import { createTalkHandler, type TalkDeps } from '@watchpost/worker/talk/pipeline';
import { depsOf, notingPlatform, nothingSeen, type Seen } from './deeds-rig.ts';
import { createFakeTalk, type FakeTalk, type FakeTalkMessage } from './fake-conversation.ts';
import { alikeVector, strangerVector } from './gallery-backends.ts';
import { noConverting } from './no-converting.ts';
import { noScheduling } from './schedule-rig.ts';

const never = new AbortController().signal;
const envelope = createEnvelope(['a secret of tests that is long enough for a key'], 'jobs');

/** A face in a fake picture: whose (a seed), how large and how good. */
export interface FakeFace {
  seed: number;
  /** Another picture of the same person. */
  variant?: number;
  sizePx?: number;
  quality?: number;
}

/** The id of a fake picture of these faces: what is seen in it follows from the id. */
export const pictureOf = (...faces: FakeFace[]): string =>
  `pic-${Buffer.from(JSON.stringify(faces)).toString('base64url')}-${randomUUID()}`;

const jpeg = createCanvas(640, 480).encodeSync('jpeg', 60);
const mark = '|faces:';

/** Sees in a fake picture what its id says. */
const fakeEngine: FaceEngine = {
  modelId: 'test-model',
  see: async (bytes) => {
    const text = Buffer.from(bytes).toString('latin1');
    const id = text.slice(text.lastIndexOf(mark) + mark.length);
    const faces: FakeFace[] = JSON.parse(Buffer.from(id.split('-')[1] ?? '', 'base64url').toString());
    return { width: 640, height: 480, elapsedMs: 1, extent: 'full', brightness: 128, faces: faces.map(seenFace) };
  },
  fingerprint: async () => new Uint8Array(),
  close: async () => undefined,
};

function seenFace({ seed, variant = 0, sizePx = 100, quality = 0.8 }: FakeFace, index: number): SeenFace {
  const point = { x: 10, y: 10 };
  const landmarks = { leftEye: point, rightEye: point, nose: point, leftMouth: point, rightMouth: point };
  const vector = strangerVector(seed);
  return {
    box: { x: 20 + index * 120, y: 40, width: 100, height: 100 },
    score: 0.9,
    landmarks,
    quality: { value: quality, sharpness: quality, frontal: 0.9, detectorScore: 0.9, meshScore: 0.9 },
    sizePx,
    embedding: variant === 0 ? vector : alikeVector(vector, 0.8, variant),
    crop: null,
  };
}

/** Somebody in a private chat with us, unless another chat is given. */
interface Doing {
  member?: string;
  chat?: ChannelKey;
  isPrivate?: boolean;
  after?: string | null;
  /** IETF tag. */
  language?: string;
}

/** Conversations of a worker, on a fake platform `chat:`. */
export interface TalkRig {
  talk: FakeTalk;
  seen: Seen;
  deps: TalkDeps;
  platform: ConnectedPlatform;
  job(what: TalkWhat, doing?: Doing): TalkJob;
  text(text: string, doing?: Doing, replyTo?: string | null): TalkJob;
  photo(id: string, doing?: Doing, group?: string | null): TalkJob;
  /** Does a job as the queue does: one that must wait comes back. */
  run(job: TalkJob, context?: JobContext): Promise<unknown>;
  say(text: string, doing?: Doing, replyTo?: string | null): Promise<unknown>;
  send(id: string, doing?: Doing, group?: string | null): Promise<unknown>;
  /** Presses the button with this label, of this message or of the newest one that has it. */
  press(label: string, doing?: Doing, message?: FakeTalkMessage): Promise<unknown>;
  pressJob(label: string, doing?: Doing, message?: FakeTalkMessage): TalkJob;
  /** The talk jobs that were sent, done. */
  runSent(): Promise<void>;
}

export const ada = '1';

/** `documents`: where a process may die; default: the gallery's. */
export function createTalkRig(
  opened: OpenedGallery,
  {
    documents = opened.documents,
    admins = [ada],
    onBusy = async () => undefined,
  }: { documents?: DocumentStore; admins?: string[]; onBusy?: () => Promise<void> } = {},
): TalkRig {
  const talk = createFakeTalk();
  for (const admin of admins) talk.configured.set(`chat:${admin}`, 'admin');
  const seen = nothingSeen();
  const platform: ConnectedPlatform = {
    ...notingPlatform(seen),
    prefix: 'chat',
    talk,
    writeChannel: null,
    chat: {
      check: async () => undefined,
      download: async ({ id }) => Buffer.concat([jpeg, Buffer.from(`${mark}${id}`)]),
      permalink: async () => null,
    },
  };
  const deps: TalkDeps = {
    scheduling: noScheduling(),
    ...depsOf(opened, seen, documents),
    ...createTalking({ TALK_WAIT_MINUTES: 60, TALK_LANGUAGE: 'en' }, documents),
    subscriptions: createSubscriptions(documents),
    enroll: opened.enroll,
    envelope,
    engine: fakeEngine,
    converting: noConverting(documents),
    queueMail: null,
    platformFor: () => platform,
  };
  return { talk, seen, deps, platform, ...doings(deps, talk, seen, onBusy) };
}

let serial = 0;

function doings(deps: TalkDeps, talk: FakeTalk, seen: Seen, onBusy: () => Promise<void>) {
  const handler = createTalkHandler(deps);
  const job = (
    what: TalkWhat,
    { member = ada, chat = `chat:${member}`, isPrivate = chat === `chat:${member}`, after = null, language }: Doing = {},
  ): TalkJob => ({
    v: 1,
    kind: 'talk',
    id: randomUUID(),
    chat,
    isPrivate,
    by: { member, name: 'Somebody', language: language ?? null },
    atMs: Date.now(),
    after,
    what,
  });
  const nextId = (): string => `U${(serial += 1)}`;
  const text = (said: string, doing: Doing = {}, replyTo: string | null = null): TalkJob => {
    const made = job({ did: 'said', messageId: nextId(), replyTo, sealed: null }, doing);
    return { ...made, what: { did: 'said', messageId: nextId(), replyTo, sealed: sealJson(envelope, { text: said }, made.id) } };
  };
  const photo = (id: string, doing: Doing = {}, group: string | null = null): TalkJob =>
    job({ did: 'sent', messageId: nextId(), replyTo: null, group, file: onlyId(id), sealed: null }, doing);
  const pressJob = (label: string, doing: Doing = {}, message?: FakeTalkMessage): TalkJob => {
    const found = (message ? [message] : talk.messages.toReversed())
      .flatMap(({ messageId, chat, buttons }) => buttons.flat().map((button) => ({ messageId, chat, button })))
      .find(({ button }) => button.label === label);
    if (!found) throw new Error(`there is no button ${label}`);
    return job({ did: 'pressed', messageId: found.messageId, data: found.button.data }, { chat: found.chat, ...doing });
  };
  const run = async (each: TalkJob, context: JobContext = { attempt: 1, lastAttempt: false }): Promise<unknown> => {
    for (;;)
      try {
        return await handler(each, context, never);
      } catch (error) {
        const { retryAfterMs } = toAppError(error);
        if (retryAfterMs === undefined) throw error;
        await onBusy();
        await pause(40, never);
      }
  };
  const isTalk = (each: Job): each is TalkJob => each.kind === 'talk';
  return {
    job,
    text,
    photo,
    pressJob,
    run,
    say: async (said: string, doing?: Doing, replyTo?: string | null) => run(text(said, doing, replyTo)),
    send: async (id: string, doing?: Doing, group?: string | null) => run(photo(id, doing, group)),
    press: async (label: string, doing?: Doing, message?: FakeTalkMessage) => run(pressJob(label, doing, message)),
    runSent: async () => {
      for (const each of seen.jobs.splice(0).filter(isTalk)) await run(each);
    },
  };
}
