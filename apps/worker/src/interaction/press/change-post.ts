import type { VisitJob } from '@watchpost/shared/jobs/visit-job';
import type { Visit } from '@watchpost/visits/visit';
import { changeVisit } from '@watchpost/visits/visits';
import type { DeedDeps } from '../deps.ts';
import type { Notes } from './notes.ts';

type PostDeps = Pick<DeedDeps, 'visits' | 'sender' | 'sendTimeoutMs'>;

/** Notes in the visit what was said, and has its post say so at once; other posts that show the person follow by themselves. */
export async function changePost(notes: Notes, deps: PostDeps, signal: AbortSignal): Promise<void> {
  const { visit: id, entries, said } = notes;
  const entry = entries.at(-1);
  const visit = await changeVisit(
    deps.visits,
    id,
    (current) => ({
      ...current,
      ...(entry !== undefined && { lastChange: lastChangeOf(entry, notes) }),
      said: said ? [...without(current.said, said), said] : current.said,
    }),
    signal,
  );
  if (!visit) return;
  await send(visit, 'said', deps);
  await send(visit, 'tidy', deps);
}

/** Without the name: whoever has it may get another one, or be forgotten. */
function lastChangeOf(entry: string, { by, startedAtMs, summary, number, said, steps, created }: Notes): Visit['lastChange'] {
  const change = { entry, atMs: startedAtMs, by };
  if (said) return { ...change, summary: `${String(number)} is not {name}`, person: said.notPerson };
  const is = steps.find((step) => step.do === 'this-is');
  const person = is ? (is.person ?? created) : null;
  return { ...change, summary: person === null ? summary : `${String(number)} is {name}`, person };
}

/** Takes back what `changePost` noted. */
export async function unchangePost(
  { visit: id, entries, said }: Pick<Notes, 'visit' | 'entries' | 'said'>,
  deps: PostDeps,
  signal: AbortSignal,
): Promise<void> {
  const visit = await changeVisit(
    deps.visits,
    id,
    (current) => ({
      ...current,
      lastChange: current.lastChange && entries.includes(current.lastChange.entry) ? null : current.lastChange,
      said: said ? without(current.said, said) : current.said,
    }),
    signal,
  );
  if (visit) await send(visit, 'said', deps);
}

/** Has a post edited that somebody found out of date. */
export async function refreshPost(visit: Visit, deps: PostDeps, signal: AbortSignal): Promise<void> {
  const saved = await changeVisit(deps.visits, visit.id, (current) => current, signal);
  if (saved) await send(saved, 'said', deps);
}

function without(said: Visit['said'], { number, notPerson }: Visit['said'][number]): Visit['said'] {
  return said.filter((each) => each.number !== number || each.notPerson !== notPerson);
}

async function send({ id, revision }: Visit, why: VisitJob['why'], { sender, sendTimeoutMs }: PostDeps): Promise<void> {
  await sender.send({ v: 1, kind: 'visit', visitId: id, revision, why }, { timeoutMs: sendTimeoutMs });
}
