import type { Block, Inline, PictureFile, Written } from '@watchpost/shared/chat/written';
import type { Feed } from '@watchpost/feeds/feed';
import { clockOf } from '@watchpost/visits/daily-hours';
import type { Visit } from '@watchpost/visits/visit';
import type { Visitor, VisitView } from '@watchpost/visits/visit-view';
import type { FacesSeen } from '@watchpost/visits/view-visits';
import { planBoardPicture } from './plan-picture.ts';
import { calledOnBoard, whoIsShown, type BoardVisitors } from './who-is-shown.ts';

/** A visit as the gallery knows it now. */
export interface KnownVisit {
  visit: Visit;
  view: VisitView;
  faces: FacesSeen;
}

/** A picture of a board: of this visit, as it was planned. */
const fileIdPattern = /^visit:([\w-]{1,24}):([0-9a-f]{16})$/;

/** Which picture of a board a file's id stands for; null: it is none. */
export function readBoardFileId(fileId: string): { visitId: string; hash: string } | null {
  const [, visitId, hash] = fileIdPattern.exec(fileId) ?? [];
  return visitId !== undefined && hash !== undefined ? { visitId, hash } : null;
}

/** A visit as a board shows it. Null: nobody is left whom it shows. Pure. */
export function describeVisit({ visit, view, faces }: KnownVisit, { people, timeZone, pictures }: Feed): Written | null {
  const who = whoIsShown(view, people);
  if (who.shown.length + who.blurred.length === 0) return null;
  const plan = pictures ? planBoardPicture(visit, who, faces) : null;
  const lines = who.shown.map((visitor) => ({ inlines: visitorLine(visitor), lists: [] }));
  const blocks: Block[] = [
    { type: 'paragraph', inlines: headline(visit, view, timeZone) },
    ...(lines.length === 0 ? [] : [{ type: 'list' as const, ordered: false, start: 1, items: lines }]),
    ...(who.blurred.length === 0 ? [] : [{ type: 'paragraph' as const, inlines: [{ type: 'text' as const, text: counted(who) }] }]),
  ];
  const picture = plan && pictureOf(`visit:${visit.id}:${plan.hash}`, visit, who, clockOf(view.fromMs, timeZone));
  return { blocks, pictures: picture ? [picture] : [], otherFiles: 0 };
}

/** Whom a board's entry names. Pure. */
export const namedIn = ({ blocks }: Written): string[] =>
  blocks.flatMap((block) =>
    block.type === 'list' ? block.items.flatMap(({ inlines: [first] }) => (first?.type === 'text' ? first.text : [])) : [],
  );

const between: Inline = { type: 'text', text: ' · ' };

function headline({ camera }: Visit, { fromMs, toMs, snapshots }: VisitView, timeZone: string): Inline[] {
  const time = (atMs: number): Inline => ({ type: 'time', atMs, format: '{time}', fallback: clockOf(atMs, timeZone), url: null });
  const isOneTime = clockOf(fromMs, timeZone) === clockOf(toMs, timeZone) && toMs - fromMs < 3_600_000;
  const times: Inline[] = isOneTime ? [time(fromMs)] : [time(fromMs), { type: 'text', text: '–' }, time(toMs)];
  const where: Inline[] = camera === null ? [] : [{ type: 'text', text: camera, styles: ['bold'] }, between];
  return [...where, ...times, between, { type: 'text', text: snapshots === 1 ? '1 snapshot' : `${String(snapshots)} snapshots` }];
}

/** Who, and how sure. */
function visitorLine(visitor: Visitor): Inline[] {
  const detail = detailOf(visitor);
  return [
    { type: 'text', text: calledOnBoard(visitor), styles: ['bold'] },
    ...(detail === null ? [] : [between, { type: 'text' as const, text: detail }]),
  ];
}

function detailOf({ standing, sureness, saidBy, isNew }: Visitor): string | null {
  if (standing === 'unknown') return isNew ? 'new' : 'seen before';
  if (standing !== 'named') return 'not sure who';
  return saidBy === null && sureness !== 'said' ? sureness : null;
}

/** `and 2 more people`. */
function counted({ shown, blurred }: BoardVisitors): string {
  const people = shown.length === 0 ? ['person', 'people'] : ['more person', 'more people'];
  return `${shown.length === 0 ? '' : 'and '}${String(blurred.length)} ${people[blurred.length === 1 ? 0 : 1] ?? ''}`;
}

function pictureOf(id: string, { camera }: Visit, who: BoardVisitors, time: string): PictureFile {
  const where = camera ?? 'Snapshot';
  const names = [...who.shown.map((visitor) => calledOnBoard(visitor)), ...(who.blurred.length === 0 ? [] : [counted(who)])];
  const file = { name: null, mimeType: 'image/jpeg', sizeBytes: null, url: null, thumbnailUrl: null };
  return { ...file, id, title: where, altText: `${where}, ${time}: ${names.join(', ').replaceAll(', and ', ' and ')}` };
}
