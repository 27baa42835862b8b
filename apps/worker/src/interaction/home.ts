import { z } from 'zod';
import type { ActionTarget, Post, PostAction, PostButton, PostSection } from '@watchpost/shared/chat/post';
import type { RichText } from '@watchpost/shared/chat/rich-text';
import { toAppError } from '@watchpost/shared/errors';
import { countOf, listed, moment, say, section } from '@watchpost/shared/chat/say';
import type { Person } from '@watchpost/gallery/gallery';
import { viewVisits, type ViewedVisit } from '@watchpost/visits/view-visits';
import { cameraLines, camerasOf } from './commands/status-command.ts';
import type { CommandDeps } from './commands/command.ts';
import type { Asker } from './deps.ts';
import { mayNot } from './may.ts';
import { linkTo } from './press/seen-before.ts';
import { answerOf, placeOf, seenAt } from './texts.ts';
import { isOneOf, visitsWith } from './visits-with.ts';

const kind = 'home';
/** Whoever opens the page again sooner sees it as it was, milliseconds. */
const freshMs = 3_000;
const keepMs = 24 * 3_600_000;

/** How much is shown: a page has room for 100 parts, and each unknown needs two or three. */
const most = { unknowns: 10, visitsOfUnknown: 10, visits: 10, cameras: 15 };
const dayMs = 24 * 3_600_000;
const unknownsMs = 30 * dayMs;

/** Shows somebody the page, unless it was shown a moment ago. `always`: something on it has just changed. */
export async function showHome(
  asker: Asker,
  deps: CommandDeps,
  { always }: { always: boolean },
  signal: AbortSignal,
): Promise<'shown' | 'idle'> {
  const id = `${asker.name}-${asker.member}`;
  const { document, nowMs } = await deps.documents.get(kind, id, signal);
  const shown = z.object({ shownAtMs: z.number() }).safeParse(document?.body);
  if (!always && shown.success && nowMs - shown.data.shownAtMs < freshMs) return 'idle';
  await asker.platform.members.showHome(asker.member, await homeOf(asker, deps, signal), signal);
  const put = { kind, id, revision: document?.revision ?? 0, atMs: nowMs, keys: [], expiresAtMs: nowMs + keepMs };
  try {
    await deps.documents.put({ ...put, body: { shownAtMs: nowMs } }, signal);
  } catch (error) {
    // Another worker has just shown it, too.
    if (toAppError(error).code !== 'document-conflict') throw error;
  }
  return 'shown';
}

/** The page: who waits for a name, what happened last, and what each camera saw. */
async function homeOf(asker: Asker, deps: CommandDeps, signal: AbortSignal): Promise<Post> {
  const refused = await mayNot(asker, 'ask', signal);
  if (refused) return answerOf(refused, []);
  const toMs = Date.now();
  const [unknowns, recent, outcomes] = await Promise.all([
    unknownsOf(deps, signal),
    deps.visits.recent({ limit: most.visits }, signal),
    deps.records.outcomes({ fromMs: toMs - dayMs, toMs }, signal),
  ]);
  const visits = await Promise.all((await viewVisits(recent, deps.questions, signal)).map((each) => visitLine(each, asker, signal)));
  const cameras = camerasOf(outcomes);
  const sections = [
    ...unknowns,
    ...answerOf(heading(visits.length === 0 ? 'No visits yet' : 'Last visits'), visits).sections,
    ...answerOf(
      heading('Cameras in the last 24 hours'),
      cameras.length === 0 ? [say`No snapshots.`] : cameras.slice(0, most.cameras).flatMap((counts) => cameraLines(counts)),
    ).sections,
  ];
  return { summary: 'watchpost', picture: null, sections, footer: say`As of ${moment(toMs, 'time')}.` };
}

const heading = (text: string): RichText => [{ text, bold: true }];

/** The strangers seen last, each with a picture and what can be done. */
async function unknownsOf(deps: CommandDeps, signal: AbortSignal): Promise<PostSection[]> {
  const people = await deps.gallery.people(signal);
  const waiting = people
    .filter(({ status, lastSeen }) => status === 'unknown' && lastSeen !== null)
    .toSorted((a, b) => (b.lastSeen?.atMs ?? 0) - (a.lastSeen?.atMs ?? 0));
  if (waiting.length === 0) return [section(say`${heading('Nobody waits for a name')}`)];
  const sections = await Promise.all(waiting.slice(0, most.unknowns).map((person) => unknownSection(person, deps, signal)));
  const left = waiting.length - sections.length;
  const more = left > 0 ? [section(say`and ${countOf(left, 'more unknown')}`)] : [];
  return [section(say`${heading('Waiting for a name')}`), ...sections, ...more];
}

async function unknownSection(person: Person, deps: CommandDeps, signal: AbortSignal): Promise<PostSection> {
  const { id, name, lastSeen, mayBe } = person;
  const perhaps = mayBe ? say`, may be ${mayBe.name}` : [];
  const text = say`${{ text: name, bold: true }}${perhaps}${lastSeen ? say`, last seen ${seenAt(lastSeen)}` : []}`;
  const { found } = await visitsWith([id], { sinceMs: Date.now() - unknownsMs, most: most.visitsOfUnknown }, deps, signal);
  const shown = found.flatMap(({ visit, view }) => {
    const visitor = view.visitors.find((each) => isOneOf(each, new Set([id])));
    if (!visitor) return [];
    const isOnPicture = visit.picture?.numbers.includes(visitor.number) === true;
    return { visit, view, visitor, fileId: isOnPicture ? (visit.post?.progress?.fileId ?? null) : null };
  });
  // What came last may have been left to the digest: then an earlier picture tells who it is.
  const best = shown.find(({ fileId }) => fileId !== null) ?? shown[0];
  if (!best) return section(text);
  const { visit, visitor, fileId } = best;
  const button = (action: PostAction, label: string): PostButton => ({ label, target: targetOf(action, best, visitor.number, id) });
  const thumbnail = fileId === null ? {} : { thumbnail: { fileId, altText: `${placeOf(visit)}: ${name} is number ${visitor.number}` } };
  const numbered = fileId === null ? text : say`${text} (number ${visitor.number} in the picture)`;
  return {
    text: numbered,
    buttons: [{ ...button('is', 'This is…'), style: 'primary' }, button('ignore', 'Ignore'), button('seen-before', 'Seen before?')],
    menu: [],
    ...thumbnail,
  };
}

function targetOf(action: PostAction, { visit }: ViewedVisit, number: number, subject: string): ActionTarget {
  return { action, visit: visit.id, number, subject };
}

async function visitLine({ visit, view }: ViewedVisit, { platform }: Asker, signal: AbortSignal): Promise<RichText> {
  const names = view.visitors.map(({ standing, person, number }) =>
    standing === 'ignored' ? 'somebody ignored' : standing === 'uncertain' || !person ? `${number}, not certain` : person.name,
  );
  const who = names.length === 0 ? 'nobody who can be told apart' : listed(names);
  const link = await linkTo(visit, platform, signal);
  return say`• ${placeOf(visit)}, ${moment(view.toMs)}: ${who}${link === null ? [] : say` · ${{ text: 'post', link }}`}`;
}
