import { setImmediate as breathe } from 'node:timers/promises';
import { comparisonsIn, decideAgain, namesMayBeSame, type DecidedAgain, type WhatIf } from '@watchpost/gallery/decide/decide-again';
import { defaultRiskSettings } from '@watchpost/gallery/decide/yardstick';
import type { PersonStatus } from '@watchpost/gallery/domain';
import type { JudgedFace, JudgedSnapshot } from '@watchpost/gallery/records/sighting-history';
import type { ChangedDecision, Tallies, TriedPage } from './schema.ts';

/** A person as a decision shows it. */
export interface KnownPerson {
  id: string;
  name: string;
  status: PersonStatus;
}

export interface TryDeps {
  /** A person as it is now: after a merge, the one that it became. */
  person: (id: string) => KnownPerson | null;
  /** What holds now at the camera of a snapshot: of so many strangers one may be named. */
  oneInNow: (snapshot: Pick<JudgedSnapshot, 'channel' | 'camera'>) => number;
}

/** What a page of snapshots comes to. */
export type Tried = Omit<TriedPage, 'snapshots' | 'oldestMs' | 'next'>;

/** The event loop is given up after so many faces: some milliseconds. */
const facesAtOnce = 500;

const none = (): Tallies => ({ faces: 0, named: 0, right: 0, wrong: 0 });

/** Decides about stored faces once more: with the value that holds, and with another one. */
export async function tryAgain(snapshots: readonly JudgedSnapshot[], oneIn: number, deps: TryDeps): Promise<Tried> {
  const tried: Tried = { changed: [], before: none(), after: none(), said: { right: 0, wrong: 0 }, untried: 0 };
  let count = 0;
  for (const snapshot of snapshots) {
    const now = whatIf(deps.oneInNow(snapshot));
    const other = whatIf(oneIn);
    for (const [position, face] of snapshot.faces.entries()) {
      count += 1;
      if (count % facesAtOnce === 0) await breathe();
      tryFace({ snapshot, position, face }, { now, other }, tried, deps);
    }
  }
  return tried;
}

function whatIf(oneIn: number): WhatIf {
  const { leastComparisons, rivalRatio, strangersUncertain } = defaultRiskSettings;
  return { strangersNamed: Math.min(1 / oneIn, strangersUncertain), strangersUncertain, leastComparisons, rivalRatio, persons: null };
}

interface One {
  snapshot: JudgedSnapshot;
  position: number;
  face: JudgedFace;
}

function tryFace({ snapshot, position, face }: One, { now, other }: { now: WhatIf; other: WhatIf }, tried: Tried, deps: TryDeps): void {
  const { evidence } = face;
  const best = evidence?.best ? deps.person(evidence.best.personId) : null;
  const second = evidence?.second ? deps.person(evidence.second.personId) : null;
  const decide = (risk: WhatIf): DecidedAgain | null =>
    evidence && decideAgain(evidence, risk, best?.id === second?.id || namesMayBeSame(best?.name ?? null, second?.name ?? null));
  const [before, after] = [decide(now), decide(other)];
  // Nothing is said of somebody who was forgotten.
  if (!evidence?.best || !evidence.compared || !best || before === null || after === null) {
    tried.untried += 1;
    return;
  }
  const said = saidOf(face, best, deps);
  if (said) tried.said[said] += 1;
  count(tried.before, before, best, said);
  count(tried.after, after, best, said);
  if (before === after) return;
  const strangers = comparisonsIn(evidence.compared, now) * (evidence.best.falseMatchRate ?? 1);
  tried.changed.push({
    snapshotId: snapshot.snapshotId,
    position,
    box: face.box,
    channel: snapshot.channel,
    camera: snapshot.camera,
    takenAtMs: snapshot.takenAtMs,
    before,
    after,
    best: { id: best.id, name: best.name, status: best.status },
    similarity: evidence.best.similarity,
    sizePx: face.sizePx,
    quality: face.quality,
    strangersOneIn: 1 / Math.max(strangers, 1e-12),
    said,
  });
}

/** What a reader said about a face and the most similar person: a face that is somebody else's, or nobody's, is not that person's. */
function saidOf({ saidBy, personId }: JudgedFace, best: KnownPerson, { person }: TryDeps): ChangedDecision['said'] {
  if (saidBy === null) return null;
  return personId !== null && person(personId)?.id === best.id ? 'right' : 'wrong';
}

function count(tallies: Tallies, decided: DecidedAgain, best: KnownPerson, said: ChangedDecision['said']): void {
  tallies.faces += 1;
  if (decided !== 'person') return;
  if (best.status === 'named') tallies.named += 1;
  if (said) tallies[said] += 1;
}
