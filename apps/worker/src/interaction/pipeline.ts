import type { ShownNames } from '@watchpost/privacy/consent/shown-names';
import type { ChannelKey } from '@watchpost/shared/chat/chat';
import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import type { RichText } from '@watchpost/shared/chat/rich-text';
import { AppError, toAppError } from '@watchpost/shared/errors';
import type { Deed, InteractionJob } from '@watchpost/shared/jobs/interaction-job';
import type { JobContext, JobHandler, JobResult } from '@watchpost/shared/jobs/job-queue';
import { openJson } from '@watchpost/shared/jobs/sealed';
import { z } from 'zod';
import { isGalleryMissing, requireReady } from '../gallery-ready.ts';
import type { CommandDeps } from './commands/command.ts';
import { runCommand } from './commands/run-command.ts';
import type { Asker } from './deps.ts';
import { showHome } from './home.ts';
import { doPress, withNotes, type Press } from './press/press.ts';
import { sentences } from './press/sentences.ts';
import { recognise, type RecogniseDeps } from './recognise.ts';
import type { RuleDeedDeps } from './rules/deps.ts';
import { moderate } from './rules/moderate.ts';
import { runRules } from './rules/run-rules.ts';

export interface InteractionDeps extends CommandDeps, Omit<RecogniseDeps, keyof CommandDeps>, Omit<RuleDeedDeps, keyof CommandDeps> {
  /** Throws `job-invalid` for a platform that is not configured. */
  platformFor: (channel: ChannelKey) => ConnectedPlatform;
  /** See HandlersDeps. */
  shown?: ShownNames;
}

const typedSchema = z.string();

/** Whom a process told that the gallery is away: it is said once, however often the job is tried. */
const mostHeld = 1_000;

/**
 * Does what somebody asked for with a click or a command, and answers. A retry goes on where the last attempt stopped; whoever asked is
 * told when no further attempt follows, and at once when the gallery is away, because the job then waits for it.
 */
export function createInteractionHandler(deps: InteractionDeps): JobHandler<'interaction'> {
  const held = new Set<string>();
  return async (job, context, signal) => {
    const asker = askerOf(job, deps);
    try {
      return await doDeed(job, asker, context, deps, signal);
    } catch (thrown) {
      const error = toAppError(thrown);
      const text = failureText(job, error, context, held);
      if (text && !signal.aborted) await tellFailure(job, asker, text, deps, signal);
      throw error;
    }
  };
}

function askerOf({ platform, by }: InteractionJob, { platformFor }: InteractionDeps): Asker {
  return {
    name: platform,
    platform: platformFor(`${platform}:${by.member}`),
    actor: { id: `${platform}:${by.member}`, ...(by.channel !== null && { where: by.channel }) },
    member: by.member,
  };
}

async function doDeed(
  job: InteractionJob,
  asker: Asker,
  { attempt }: JobContext,
  deps: InteractionDeps,
  signal: AbortSignal,
): Promise<JobResult> {
  const { deed, by, atMs } = job;
  if (!isAboutRules(deed)) requireReady(deps.gallery);
  switch (deed.do) {
    case 'press':
      return answerPress(job, deed, asker, deps, signal);
    case 'command':
      return asker.platform.members.answer(by, await runCommand(deed.text, { asker, atMs, attempt }, deps, signal), signal);
    case 'recognise':
      return recognise(job, deed, asker, deps, signal);
    case 'home':
      return (await showHome(asker, { ...deps, ...deps.shown }, { always: false }, signal)) === 'idle' ? 'idle' : undefined;
    case 'moderate':
      return asker.platform.members.tell(by, await moderate(job, deed, asker, deps, signal), signal);
    case 'rules':
      return answerRules(job, deed, asker, deps, signal);
    case 'nothing':
      return 'idle';
    default:
      return deed satisfies never;
  }
}

/** Rules need the database, and nobody's face. */
const isAboutRules = ({ do: what }: Deed): boolean => what === 'rules' || what === 'moderate';

/** What was typed after `/rules` may be a secret: it is opened only here, and said to nobody. */
async function answerRules(
  { id, by, atMs }: InteractionJob,
  { sealed }: Extract<Deed, { do: 'rules' }>,
  asker: Asker,
  deps: InteractionDeps,
  signal: AbortSignal,
): Promise<JobResult> {
  if (sealed === null) return 'idle';
  return asker.platform.members.answer(by, await runRules(typedIn(sealed, id, deps), { asker, atMs }, deps, signal), signal);
}

/** Throws `envelope-unreadable` with what to do: whoever typed it reads that. */
function typedIn(sealed: string, id: string, { envelope }: Pick<InteractionDeps, 'envelope'>): string {
  try {
    return openJson(envelope, sealed, id, typedSchema);
  } catch (cause) {
    const why = 'ingest and worker have different keys, so what you typed cannot be read. Both need the same MESSAGE_KEY and bot token';
    throw new AppError('envelope-unreadable', why, { cause });
  }
}

async function answerPress(
  job: InteractionJob,
  press: Press,
  asker: Asker,
  deps: InteractionDeps,
  signal: AbortSignal,
): Promise<JobResult> {
  const { told, text } = await doPress({ job, press, asker }, withNotes(deps), signal);
  if (text === null) return 'idle';
  await asker.platform.members.tell(job.by, text, signal);
  await told();
  // Pressed on the app's own page, which shows it no more than a moment later.
  if (job.by.channel === null) await showHome(asker, { ...deps, ...deps.shown }, { always: true }, signal);
}

/** What whoever asked must know of a failure; null: another attempt follows soon, or nobody waits. */
function failureText({ id, deed }: InteractionJob, error: AppError, { lastAttempt }: JobContext, held: Set<string>): RichText | null {
  if (deed.do === 'home' || error.code === 'aborted') return null;
  if (isGalleryMissing(error)) {
    if (held.has(id)) return null;
    if (held.size >= mostHeld) held.clear();
    held.add(id);
    return sentences.held();
  }
  const isOver = error.retry === 'permanent' || (lastAttempt && error.retry === 'transient' && error.retryAfterMs === undefined);
  if (!isOver) return null;
  return sentences.failed(error.code === 'internal' ? 'something went wrong, and the log says what' : error.message);
}

async function tellFailure(
  job: InteractionJob,
  { platform }: Asker,
  text: RichText,
  { log }: InteractionDeps,
  signal: AbortSignal,
): Promise<void> {
  try {
    await platform.members.tell(job.by, text, signal);
  } catch (err) {
    log.warn({ err, interaction: job.id }, 'could not tell somebody that an interaction failed');
  }
}
