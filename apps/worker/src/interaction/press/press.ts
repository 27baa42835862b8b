import type { PostAction } from '@watchpost/shared/chat/post';
import type { RichText } from '@watchpost/shared/chat/rich-text';
import type { Deed, InteractionJob } from '@watchpost/shared/jobs/interaction-job';
import { visitorOf } from '@watchpost/visits/compose';
import type { Asker, DeedDeps } from '../deps.ts';
import { carryOut } from './carry-out.ts';
import { mayNot } from '../may.ts';
import { claim, type Claim } from './claim.ts';
import { viewVisit } from '@watchpost/visits/view-visits';
import { findSituation } from './find-situation.ts';
import { changePost, refreshPost } from './change-post.ts';
import { createNotes, type KeptNotes, type NotesOfDeeds } from './notes.ts';
import { doneText, planPress } from './plan-press.ts';
import { refusalOf } from './refusals.ts';
import { chosen } from './choose-person.ts';
import { seenBefore } from './seen-before.ts';
import { sentences } from './sentences.ts';
import { undoDeed } from './undo-deed.ts';

export type Press = Extract<Deed, { do: 'press' }>;

export interface PressDeps extends DeedDeps {
  notes: NotesOfDeeds;
}

/** What one press needs all the way. */
export interface Pressed {
  job: InteractionJob;
  press: Press;
  asker: Asker;
}

/** Adds what presses keep to what all deeds use. */
export const withNotes = (deps: DeedDeps): PressDeps => ({ ...deps, notes: createNotes(deps.documents) });

/** What whoever pressed is to be told; null: it was told. `told`: notes that it was. */
export interface Pressing {
  text: RichText | null;
  told: () => Promise<void>;
}

/**
 * Does what somebody pressed below a post, once: whatever of it an earlier attempt did stays done, and the rest follows. Rejects with
 * transient errors only; a press that cannot be done is answered.
 */
export async function doPress(pressed: Pressed, deps: PressDeps, signal: AbortSignal): Promise<Pressing> {
  const kept = await deps.notes.ofJob(pressed.job.id, signal);
  if (kept?.notes.state === 'told') return { text: null, told: async () => undefined };
  const text = kept?.notes.state === 'done' ? doneText(kept.notes) : await carriedOut(pressed, kept, deps, signal);
  return { text, told: async () => noteTold(pressed, deps, signal) };
}

/** Never rejects: a job that ran again would say the same once more, and no job should because of this. */
async function noteTold({ job }: Pressed, { notes, log }: PressDeps, signal: AbortSignal): Promise<void> {
  try {
    const kept = await notes.ofJob(job.id, signal);
    if (kept) await notes.save({ ...kept, notes: { ...kept.notes, state: 'told' } }, signal);
  } catch (err) {
    log.warn({ err, interaction: job.id }, 'could not note that somebody was told');
  }
}

async function carriedOut(pressed: Pressed, kept: KeptNotes | null, deps: PressDeps, signal: AbortSignal): Promise<RichText> {
  const { asker, press } = pressed;
  const refused = await mayNot(asker, changes(press.target.action) ? 'name' : 'ask', signal);
  if (refused) return refused;
  const visit = await deps.visits.get(press.target.visit, signal);
  if (!visit) return sentences.tooOld();
  try {
    if (press.target.action === 'seen-before') return await seenBefore(visit, press.target, asker, deps, signal);
    if (press.target.action === 'undo') return await undoDeed(pressed, deps, signal);
    return await changePeople(pressed, kept, deps, signal);
  } catch (error) {
    const refusal = refusalOf(error);
    if (!refusal) throw error;
    return refusal;
  }
}

const changes = (action: PostAction): boolean => action !== 'seen-before';

async function changePeople(pressed: Pressed, kept: KeptNotes | null, deps: PressDeps, signal: AbortSignal): Promise<RichText> {
  const held = await claimVisitor(pressed, deps, signal);
  try {
    const begun = kept ?? (await begin(pressed, deps, signal));
    if ('refused' in begun) return begun.refused;
    const carried = await carryOut(begun, pressed.asker.actor, held, deps, signal);
    await changePost(carried.notes, deps, signal);
    const done = await deps.notes.save({ ...carried, notes: { ...carried.notes, state: 'done' } }, signal);
    return doneText(done.notes);
  } finally {
    await held.release();
  }
}

/**
 * Two readers who say something about the same person at once, here or below another post, do so one after the other; the second one is
 * judged by what the first one said.
 */
async function claimVisitor({ press }: Pressed, deps: PressDeps, signal: AbortSignal): Promise<Claim> {
  for (;;) {
    const what = await personShown(press, deps, signal);
    const held = await claim(deps.documents, what, signal);
    try {
      // What others changed while this job waited: all of it must be known before anything is decided.
      await deps.gallery.reached({ epoch: deps.gallery.position().epoch, version: Number.MAX_SAFE_INTEGER }, signal);
      if ((await personShown(press, deps, signal)) === what) return held;
    } catch (error) {
      await held.release();
      throw error;
    }
    await held.release();
  }
}

/** What a press claims: the person that the visitor is taken for, or else the visit. */
async function personShown({ target }: Press, deps: PressDeps, signal: AbortSignal): Promise<string> {
  const visit = await deps.visits.get(target.visit, signal);
  const visitor = visit && visitorOf((await viewVisit(visit, deps.questions, signal)).view, visit, target.number ?? 0);
  return visitor?.person?.id ?? target.visit;
}

/** Decides, and notes what is to be done before any of it is. */
async function begin(pressed: Pressed, deps: PressDeps, signal: AbortSignal): Promise<KeptNotes | { refused: RichText }> {
  const { press, job, asker } = pressed;
  const who = press.who && (await chosen(press.who, asker, deps, signal));
  if (who && 'refused' in who) return who;
  const situation = await findSituation(pressed, who, deps, signal);
  if (!situation) return { refused: sentences.tooOld() };
  const planned = planPress(situation);
  if ('refused' in planned) {
    // Whoever presses a button that is out of date looks at a post that is, too.
    await refreshPost(situation.visit, deps, signal);
    return planned;
  }
  const { visit, number } = press.target;
  const fresh = { state: 'doing', visit, number, by: asker.actor.id, next: 0, entries: [], created: null, undone: false } as const;
  return deps.notes.begin(job.id, { v: 1, ...fresh, entries: [], ...planned.plan }, signal);
}
