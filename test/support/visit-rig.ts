import { defaultCameraSettings, type Cameras, type CameraSettings } from '@watchpost/cameras/camera-settings';
import type { Feed } from '@watchpost/feeds/feed';
import type { Gallery, Person } from '@watchpost/gallery/gallery';
import type { ComparableFace, GalleryQuestions } from '@watchpost/gallery/questions';
import type { OutcomeCount } from '@watchpost/gallery/records/snapshot-outcome';
import type { SnapshotRecords } from '@watchpost/gallery/records/snapshot-record';
import type { Permission } from '@watchpost/shared/chat/members';
import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { AppError } from '@watchpost/shared/errors';
import type { Job } from '@watchpost/shared/jobs/job-kinds';
import { createLogger } from '@watchpost/shared/observability/logger';
import { createMetrics } from '@watchpost/shared/observability/metrics';
import { createSubscriptions, type Subscriptions } from '@watchpost/visits/subscriptions';
import type { Visit } from '@watchpost/visits/visit';
import { createNoticeHandler } from '@watchpost/worker/notice/pipeline';
import { createStepTimer } from '@watchpost/worker/step-timer';
import { createVisiting, type Visiting } from '@watchpost/worker/visiting';
import { createKeptFiles } from '@watchpost/worker/kept-files';
import { joinVisit } from '@watchpost/worker/snapshot/5-join-visit';
import { createVisitHandler } from '@watchpost/worker/visit/pipeline';
import sharp from 'sharp';
import { snapshotJob, snapshotRecord } from './factories.ts';
import { createFakePosts, type FakePosts } from './fake-posts.ts';
import { createMemoryDocuments } from './memory-documents.ts';
import { silentChat } from './silent-chat.ts';

const never = new AbortController().signal;
const log = createLogger('test', 'silent');
const picture = await sharp({ create: { width: 320, height: 240, channels: 3, background: '#336699' } })
  .jpeg()
  .toBuffer();

/** The worker's jobs about visits, without servers: documents, posts and the gallery are in memory, and time passes when a test says so. */
export interface VisitRig {
  posts: FakePosts;
  documents: DocumentStore;
  visiting: Visiting;
  /** What handlers work with. */
  deps: Parameters<typeof createVisitHandler>[0];
  /** Who is in which snapshot, as known now. */
  faces: Map<string, ComparableFace[]>;
  people: Map<string, Person>;
  settings: CameraSettings;
  /** The feeds that show visits. */
  feeds: Feed[];
  cameras: { digestAtMinute: number | null };
  /** The gallery's changes: what `changedSince` tells. */
  changes: { version: number; personIds: string[] };
  /** People who were forgotten. */
  forgotten: Set<string>;
  /** Snapshots whose file was deleted. */
  deleted: Set<string>;
  messages: { member: string; summary: string }[];
  /** Of members who are not in the results channel. */
  permissions: Map<string, Permission>;
  downloads: string[];
  /** A process that downloads stands still until this resolves. */
  hold: Promise<void> | null;
  decided: string[];
  queued: Job[];
  nowMs: number;
  startMs: number;
  outcomes: (range: { fromMs: number; toMs: number }) => OutcomeCount[];
  subscriptions: Subscriptions;
  /** A snapshot that was recognised joins its visit. */
  join(name: string, faces: ComparableFace[], over?: { camera?: string; takenAtMs?: number }): Promise<Visit>;
  /** Runs one job once. */
  run(job: Job): Promise<unknown>;
  /** Runs jobs of other kinds. */
  runOther(job: Job): Promise<unknown>;
  /** Runs what is queued, again after transient failures as the queue does, until nothing is left. Jobs that wait are due. */
  settle(): Promise<void>;
  visit(id: string): Promise<Visit>;
  /** Each call that reaches the database or the platform is counted: `step` is called before and after it, and may throw. */
  stepping(step: () => void): void;
}

/** 2026-11-22 14:00 in Berlin. */
export const startMs = Date.UTC(2026, 10, 22, 13);

/** Puts the jobs' parts together with fakes. */
export function startVisitRig(): VisitRig {
  let step = (): void => undefined;
  const clock = (): number => rig.nowMs;
  const stored = createMemoryDocuments(clock);
  const counted = <A extends unknown[], T>(call: (...args: A) => Promise<T>) => {
    return async (...args: A): Promise<T> => {
      step();
      const result = await call(...args);
      step();
      return result;
    };
  };
  const documents: DocumentStore = {
    ...stored,
    put: counted((...args: Parameters<DocumentStore['put']>) => stored.put(...args)),
    remove: counted((...args: Parameters<DocumentStore['remove']>) => stored.remove(...args)),
  };
  const posts = createFakePosts(clock);
  const platform: ConnectedPlatform = {
    ...silentChat,
    ...fakeChat(() => rig),
    posts,
    writeChannel: 'slack:CRESULTS',
    adminChannel: null,
  };
  const cameras: Cameras = {
    settingsOf: () => rig.settings,
    nameOf: () => null,
    timeZone: () => 'Europe/Berlin',
    digestAtMinute: () => rig.cameras.digestAtMinute,
    close: () => undefined,
  };
  const gallery = fakeGallery(() => rig);
  const questions = fakeQuestions(() => rig);
  const records = fakeRecords(() => rig);
  const sender = {
    send: counted(async (job: Job) => void rig.queued.push(job)),
    ping: async () => undefined,
    counts: async () => [],
    close: async () => undefined,
  };
  const metrics = createMetrics({ processMetrics: false });
  const common = { documents, gallery, questions, records, cameras, sender, sendTimeoutMs: 1_000 };
  const visiting = createVisiting({
    ...common,
    feeds: {
      all: () => rig.feeds,
      get: (slug) => rig.feeds.find((feed) => feed.slug === slug) ?? null,
      of: (channel) => rig.feeds.filter((feed) => feed.channel === channel),
    },
    platforms: [platform],
    log,
    metrics,
    keepMs: 30 * 86_400_000,
    freshnessMs: 600_000,
    now: clock,
  });
  const deps = {
    ...common,
    ...visiting,
    decided: (verdict: string) => void rig.decided.push(verdict),
    platformFor: () => platform,
    log,
    timed: createStepTimer(metrics),
    files: createKeptFiles({ maxBytes: 0, keepMs: 0 }),
    maxBytes: 1_000_000,
    maxPixels: 1_000_000,
  };
  const handlers = { visit: createVisitHandler(deps), notice: createNoticeHandler(deps) };
  const rig: VisitRig = {
    posts,
    documents: stored,
    visiting,
    deps,
    faces: new Map(),
    people: new Map(),
    settings: defaultCameraSettings,
    feeds: [],
    cameras: { digestAtMinute: null },
    changes: { version: 1, personIds: [] },
    deleted: new Set(),
    forgotten: new Set(),
    messages: [],
    permissions: new Map(),
    downloads: [],
    hold: null,
    decided: [],
    queued: [],
    nowMs: startMs,
    startMs,
    outcomes: () => [],
    subscriptions: createSubscriptions(stored),
    join: (name, faces, { camera = 'Front door', takenAtMs = rig.nowMs } = {}) => {
      rig.faces.set(name, faces);
      const job = snapshotJob({ snapshotId: name, messageId: `m-${name}`, channel: 'slack:CREAD', camera, takenAtMs });
      return joinVisit(snapshotRecord({ job, snapshotId: name, state: 'recognised', width: 320, height: 240 }), deps, never);
    },
    run: async (job) => {
      const context = { attempt: 1, lastAttempt: false };
      if (job.kind === 'visit') return handlers.visit(job, context, never);
      if (job.kind === 'notice') return handlers.notice(job, context, never);
      return rig.runOther(job);
    },
    runOther: async ({ kind }) => Promise.reject(new Error(`nobody runs ${kind} here`)),
    settle: () => settle(rig),
    visit: async (id) => {
      const visit = await visiting.visits.get(id, never);
      if (!visit) throw new Error('no such visit');
      return visit;
    },
    stepping: (next) => {
      step = next;
      posts.step = next;
    },
  };
  return rig;
}

/** Longer than any job that is free to come again takes, so that a test ends. */
const mostRounds = 200;

async function settle(rig: VisitRig): Promise<void> {
  for (let round = 0; rig.queued.length > 0; round += 1) {
    if (round > mostRounds) throw new Error('jobs come again for ever');
    const job = rig.queued.shift()!;
    try {
      await rig.run(job);
    } catch (error) {
      if (!(error instanceof AppError) || error.retry !== 'transient') throw error;
      rig.nowMs += error.retryAfterMs ?? 5_000;
      rig.queued.push(job);
    }
  }
}

function fakeChat(rig: () => VisitRig): Pick<ConnectedPlatform, 'chat' | 'members'> {
  return {
    chat: {
      check: async () => undefined,
      permalink: async (channel, messageId) => `https://chat.example/${channel}/${messageId}`,
      download: async ({ id }) => {
        rig().downloads.push(id);
        await rig().hold;
        if (rig().deleted.has(id)) throw new AppError('file-gone', 'HTTP 404');
        return picture;
      },
    },
    members: {
      ...silentChat.members,
      mayRead: async (member) => rig().permissions.get(member) ?? 'yes',
      message: async (member, { post, progress }, save) => {
        const done = { state: 'posted', fileId: null, uploadedAtMs: null, askedAtMs: null, messageId: 'D1', channel: 'slack:D1' } as const;
        if (progress?.state !== 'posted') rig().messages.push({ member, summary: post.summary });
        await save(done);
        return done;
      },
    },
  };
}

const somebody = (id: string): Person => ({ id, status: 'named', name: id, number: null, faces: 1, lastSeen: null, mayBe: null });

function fakeGallery(rig: () => VisitRig): Gallery {
  const unused = async (): Promise<never> => {
    throw new Error('nobody asks for this');
  };
  return {
    isReady: () => true,
    isOutdated: () => false,
    ready: async () => undefined,
    position: () => ({ epoch: 'e1', version: rig().changes.version }),
    reached: async () => undefined,
    person: async (id) => (rig().forgotten.has(id) ? null : (rig().people.get(id) ?? somebody(id))),
    recognise: unused,
    explain: unused,
    people: unused,
    close: async () => undefined,
  };
}

function fakeQuestions(rig: () => VisitRig): GalleryQuestions {
  return {
    seenIn: async (ids) => new Map(ids.flatMap((id) => (rig().faces.has(id) ? [[id, rig().faces.get(id) ?? []] as const] : []))),
    alike: () => 'unclear',
    findPeople: () => [],
    identify: async () => [],
    changedSince: async (version) => {
      const { changes } = rig();
      return { version: changes.version, personIds: version > 0 && version < changes.version ? changes.personIds : [] };
    },
    resolve: (id) => id,
    idsOf: (id) => [id],
    crop: async () => null,
  };
}

function fakeRecords(rig: () => VisitRig): SnapshotRecords {
  const unused = async (): Promise<never> => {
    throw new Error('nobody asks for this');
  };
  return {
    get: async (snapshotId) => {
      const job = snapshotJob({ snapshotId, channel: 'slack:CREAD' });
      return snapshotRecord({
        snapshotId,
        job: { ...job, file: { ...job.file, id: snapshotId, url: 'https://chat.example/file' } },
        width: 320,
        height: 240,
      });
    },
    open: unused,
    save: unused,
    frames: unused,
    forgetFrames: unused,
    outcomes: async (range) => rig().outcomes(range),
    ofPersons: unused,
    newest: async () => null,
  };
}
