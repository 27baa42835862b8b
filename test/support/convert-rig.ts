import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFileLinks } from '@watchpost/convert/file-link';
import { createKeptFiles } from '@watchpost/convert/kept-files';
import { inWorkFolder } from '@watchpost/convert/work-folder';
import type { ChannelKey } from '@watchpost/shared/chat/chat';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { createEnvelope } from '@watchpost/shared/envelope';
import type { Job } from '@watchpost/shared/jobs/job-kinds';
import type { Mail } from '@watchpost/shared/jobs/mail-job';
import { createLogger } from '@watchpost/shared/observability/logger';
import { createDialogs } from '@watchpost/talk/dialogs';
import { createConversionAudit, createConversions } from '@watchpost/worker/conversion/conversions';
import type { ConversionDeps } from '@watchpost/worker/conversion/deps';
import { createConversionHandler } from '@watchpost/worker/conversion/pipeline';
import type { ConvertDeps } from '@watchpost/worker/talk/convert/convert-deps';
import { convertCommand } from '@watchpost/worker/talk/convert/convert-command';
import { convertKind } from '@watchpost/worker/talk/convert/convert-kind';
import type { Talker } from '@watchpost/worker/talk/talker';
import { afterEach, beforeEach } from 'vitest';
import { createFakeTalk } from './convert-talk.ts';
import { createMemoryDocuments } from './memory-documents.ts';
import { silentChat } from './silent-chat.ts';

export const never: AbortSignal = new AbortController().signal;
const keys: readonly [string] = ['a key that only tests have'];
const chat: ChannelKey = 'chat:1';

/** Everything about links but the programs: what is fetched has one byte, and what is made of it is `madeBytes` long. */
export function convertRig({
  documents = createMemoryDocuments(),
  madeBytes = 1_000,
  publicUrl = 'https://watch.test',
  mostFileBytes = 10_000,
}: RigOptions = {}) {
  const talk = createFakeTalk(mostFileBytes);
  const sent: Job[] = [];
  const mails: { id: string; mail: Mail }[] = [];
  const alerts: string[] = [];
  const log = createLogger('test', 'silent');
  const platform = {
    ...silentChat,
    prefix: 'chat',
    talk,
    writeChannel: null,
    adminChannel: null,
    chat: { check: async () => undefined, download: never1, permalink: async () => null },
  };
  const rig = { base: '' };
  beforeEach(async () => {
    rig.base = await mkdtemp(join(tmpdir(), 'watchpost-rig-'));
  });
  afterEach(() => rm(rig.base, { recursive: true, force: true }));
  const deps: ConversionDeps & ConvertDeps = {
    talkLanguage: 'en',
    converting: {
      convertHosts: ['sounds.test'],
      conversions: createConversions(documents),
      conversionAudit: createConversionAudit(documents),
      inFolder: (work) => inWorkFolder(rig.base, work),
      fetchMedia: async ({ folder, onProgress }) => {
        onProgress(0.5);
        const file = join(folder, 'fetched.bin');
        await writeFile(file, 'x');
        return { file, tags: { title: 'A song/..', artist: 'Ada', album: null } };
      },
      convertFile: async ({ folder, format, tags }) => {
        const file = join(folder, `made.${format}`);
        await writeFile(file, Buffer.alloc(madeBytes, 'm'));
        return { file, bytes: madeBytes, tags };
      },
      keptFiles: createKeptFiles(documents),
      fileLinks: createFileLinks(keys),
      publicUrl,
      convertLimits: { maxBytes: 1_000_000, timeoutMs: 10_000, keepMs: 3_600_000 },
      mailTo: ['Ada@example.org'],
    },
    dialogs: createDialogs(documents),
    envelope: createEnvelope(keys, 'jobs'),
    queueMail: async (id, mail) => void mails.push({ id, mail }),
    platformFor: () => platform,
    sender: { send: async (job) => void sent.push(job) },
    sendTimeoutMs: 1_000,
    waitMs: 60_000,
    alerts: { raise: ({ text }) => void alerts.push(text), clear: (topic) => void alerts.push(`clear ${topic}`) },
    log,
  };
  const talker = (messageId: string, more: Partial<Talker> = {}): Talker => ({
    platform,
    talk,
    chat,
    isPrivate: true,
    member: '7',
    who: 'chat:7',
    name: 'Ada',
    role: 'member',
    language: 'en',
    atMs: 0,
    messageId,
    jobId: `job-${messageId}`,
    ...more,
  });
  /** Says it, and shows what is answered. */
  const say = async (messageId: string, typed: string, more: Partial<Talker> = {}): Promise<void> => {
    const answer = await convertCommand.run(typed, talker(messageId, more), deps, never);
    if (answer) await talk.send({ chat, replyTo: null }, answer, never);
  };
  /** Presses a button of the only card that has one of this name. */
  const press = async (label: string): Promise<void> => {
    const buttons = [...talk.messages.values()].flatMap(({ message }) => message.buttons.flat()).filter((each) => each.label === label);
    const [id = '', action = ''] = (buttons.at(-1)?.data ?? '').split('|');
    const dialog = await deps.dialogs.get(id, never);
    if (!dialog) throw new Error(`there is no dialog with a button ${label}`);
    await convertKind.pressed(dialog, action, talker('pressed'), deps, never);
  };
  /** Does the jobs that were sent, as a worker does. */
  const work = async (signal = never, lastAttempt = true): Promise<void> => {
    const handle = createConversionHandler(deps);
    for (const job of sent.splice(0)) if (job.kind === 'conversion') await handle(job, { attempt: 1, lastAttempt }, signal);
  };
  const lastShown = (): string => talk.shown.at(-1) ?? '';
  /** Folders that somebody works in. */
  const folders = async (): Promise<string[]> => readdir(rig.base);
  return { documents, deps, talk, sent, mails, alerts, say, press, work, lastShown, folders, talker };
}

interface RigOptions {
  documents?: DocumentStore;
  madeBytes?: number;
  publicUrl?: string | null;
  /** That the chat takes. */
  mostFileBytes?: number;
}

const never1 = async (): Promise<never> => {
  throw new Error('nothing is downloaded');
};
