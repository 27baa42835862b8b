import type { RichText } from '@watchpost/shared/chat/rich-text';
import { toAppError } from '@watchpost/shared/errors';
import { countOf, say } from '@watchpost/shared/chat/say';
import { adviceFor } from '@watchpost/gallery/records/camera-advice';
import { answerOf, placeOf } from '../texts.ts';
import type { CommandDeps, CommandHandler, OutcomeCount } from './command.ts';

/** Which snapshots are counted, milliseconds. */
const dayMs = 24 * 3_600_000;
/** Cameras with the most snapshots are shown. */
const mostCameras = 20;

/** In the order in which they are told. */
const outcomeWords: Record<OutcomeCount['outcome'], string> = {
  faces: 'with faces',
  none: 'without a face',
  'too-small': 'with faces too small',
  blurred: 'with blurred faces',
  'too-dark': 'too dark',
  masked: 'with faces in masked parts only',
  'same-as-before': 'the same as before',
  skipped: 'skipped',
  'not-an-image': 'not an image',
  failed: 'failed',
};

/** `status`: what waits, who is known, and why pictures had no face. */
export const status: CommandHandler = async (_asked, deps, signal) => {
  const toMs = Date.now();
  const people = deps.questions.findPeople('', Number.MAX_SAFE_INTEGER);
  const [jobs, outcomes] = await Promise.all([jobsLine(deps), deps.records.outcomes({ fromMs: toMs - dayMs, toMs }, signal)]);
  const named = people.filter((person) => person.status === 'named').length;
  const unknown = people.filter((person) => person.status === 'unknown').length;
  const known = say`People: ${countOf(named, 'name')}, ${countOf(unknown, 'unknown')}, ${people.length - named - unknown} ignored`;
  const cameras = camerasOf(outcomes);
  const lines = cameras.slice(0, mostCameras).flatMap((counts) => cameraLines(counts));
  const more = cameras.length > mostCameras ? [say`and ${countOf(cameras.length - mostCameras, 'camera')} more`] : [];
  const heading = cameras.length === 0 ? say`No snapshots in the last 24 hours.` : say`Snapshots of the last 24 hours:`;
  return answerOf(jobs, [known, heading, ...lines, ...more]);
};

/** What waits in the queues and what failed; if the queue does not say, the rest is still worth reading. */
async function jobsLine({ sender }: CommandDeps): Promise<RichText> {
  try {
    const counts = await sender.counts();
    const sum = (wanted: string): number => counts.filter(({ state }) => state === wanted).reduce((total, { count }) => total + count, 0);
    const waiting = counts.find(({ kind, state }) => kind === 'snapshot' && state === 'waiting')?.count ?? 0;
    return say`Queue: ${countOf(waiting, 'snapshot')} waiting, ${countOf(sum('active'), 'job')} running, ${sum('failed').toLocaleString('en-GB')} failed`;
  } catch (error) {
    return say`Queue: it does not answer (${toAppError(error).code})`;
  }
}

/** The counts of each camera, those with most snapshots first. */
export function camerasOf(outcomes: readonly OutcomeCount[]): OutcomeCount[][] {
  const cameras = new Map<string, OutcomeCount[]>();
  for (const each of outcomes) {
    const key = JSON.stringify([each.channel, each.camera]);
    cameras.set(key, [...(cameras.get(key) ?? []), each]);
  }
  return [...cameras.values()].toSorted((a, b) => totalOf(b) - totalOf(a));
}

const totalOf = (counts: readonly OutcomeCount[]): number => counts.reduce((total, { snapshots }) => total + snapshots, 0);

/** What became of one camera's snapshots, and what can be done about it. */
export function cameraLines(counts: OutcomeCount[]): RichText[] {
  const [first] = counts;
  if (!first) return [];
  const parts = Object.entries(outcomeWords).flatMap(([outcome, words]) => {
    const count = totalOf(counts.filter((each) => each.outcome === outcome));
    return count === 0 ? [] : [`${count.toLocaleString('en-GB')} ${words}`];
  });
  const advice = adviceFor(counts);
  const line = say`• ${{ text: placeOf(first), bold: true }}: ${countOf(totalOf(counts), 'snapshot')} (${parts.join(', ')})`;
  return [line, ...(advice === null ? [] : [say`   ${advice}`])];
}
