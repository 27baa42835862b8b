import { viewVisit } from '@watchpost/visits/view-visits';
import type { Pressed, PressDeps } from './press.ts';
import type { Situation, Somebody } from './situation.ts';

/** After so long whoever looks at a post has seen that somebody was named, milliseconds. */
const noticedMs = 30_000;
/** How many of the newest audit entries may have been made in that time. */
const lookBack = 50;

/** What a press is decided by; null: the visit is gone. */
export async function findSituation(
  { press: { target }, job, asker }: Pressed,
  who: Somebody | null,
  deps: PressDeps,
  signal: AbortSignal,
): Promise<Situation | null> {
  const visit = await deps.visits.get(target.visit, signal);
  if (!visit) return null;
  const subject = target.subject === null ? null : await deps.gallery.person(target.subject, signal);
  const { view, faces } = await viewVisit(visit, deps.questions, signal);
  return {
    target,
    who,
    visit,
    view,
    faces,
    subject,
    by: asker.actor.id,
    last: target.number === null ? null : await deps.notes.lastOf(target.visit, target.number, signal),
    namedBy:
      subject?.status === 'named' && subject.number !== null ? await namedLately(subject.id, job.atMs, asker.actor.id, deps, signal) : null,
  };
}

/** Who else has named this unknown since about when the button was shown. */
async function namedLately(
  personId: string,
  pressedAtMs: number,
  by: string,
  { operations }: PressDeps,
  signal: AbortSignal,
): Promise<string | null> {
  const newest = await operations.history(lookBack, signal);
  const named = newest.find(
    ({ action, actor, atMs, personIds, undone }) =>
      (action === 'name' || action === 'assign' || action === 'merge') &&
      !undone &&
      actor.id !== by &&
      atMs > pressedAtMs - noticedMs &&
      personIds.includes(personId),
  );
  return named?.actor.id ?? null;
}
