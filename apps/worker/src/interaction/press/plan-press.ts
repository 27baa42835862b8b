import type { PostAction } from '@watchpost/shared/chat/post';
import type { RichText } from '@watchpost/shared/chat/rich-text';
import { say } from '@watchpost/shared/chat/say';
import { visitorOf } from '@watchpost/visits/compose';
import type { FaceRef } from '@watchpost/visits/visit';
import type { Visitor } from '@watchpost/visits/visit-view';
import type { Notes, Step } from './notes.ts';
import { saidBefore, sentences } from './sentences.ts';
import { faceOf, surePerson, type Situation, type Somebody } from './situation.ts';

/** What a press changes, or why nothing is changed. */
export type Planned = { plan: Pick<Notes, 'steps' | 'said' | 'summary'> } | { refused: RichText };

type ChangingAction = Exclude<PostAction, 'undo' | 'seen-before'>;

/** Decides what a press on one number of a post comes to. Pure. */
export function planPress(situation: Situation): Planned {
  const { target, visit, view } = situation;
  const visitor = visitorOf(view, visit, target.number ?? 0);
  if (!visitor) return { refused: notShown(situation) };
  if (visitor.faces.every((face) => faceOf(situation.faces, face)?.embedding.length === 0)) return { refused: sentences.erased(visitor) };
  switch (target.action) {
    case 'is':
      return situation.who ? planIs(situation, visitor, situation.who) : { refused: sentences.nobodyChosen() };
    case 'yes':
      return planYes(situation, visitor);
    case 'no':
      return planNo(situation, visitor);
    case 'not':
      return planNot(situation, visitor);
    case 'ignore':
    case 'unignore':
      return planIgnore(situation, visitor, target.action);
    case 'not-a-face':
      return planDismiss(situation, visitor);
    case 'undo':
    case 'seen-before':
      return { refused: sentences.outdated() };
    default:
      return target.action satisfies never;
  }
}

function notShown({ faces, last, target }: Situation): RichText {
  if (faces.size === 0) return sentences.tooOld();
  return last ? saidBefore(last) : sentences.notShown(target.number);
}

/**
 * Why the button does not fit what is shown now; null: it does. `shown`: whom the post shows, or asks about. `strict`: a button about
 * somebody who was merged since means a stranger who has got a name.
 */
function overtaken(
  { target, subject, last, namedBy }: Situation,
  visitor: Visitor,
  shown: readonly (string | undefined)[],
  strict = false,
): RichText | null {
  if (target.subject !== null && !subject) return sentences.forgotten(visitor);
  const isShown = subject ? shown.includes(subject.id) && !(strict && subject.id !== target.subject) : shown[0] === undefined;
  if (!isShown) return last ? saidBefore(last) : sentences.changed(visitor);
  const isNamed = strict && namedBy !== null && subject !== null && subject.id === visitor.person?.id;
  return isNamed ? saidBefore({ by: namedBy, summary: isText(visitor, subject.name) }) : null;
}

/** As `overtaken`, for what can always be said of somebody who is not certain. */
function overtakenIfSure(situation: Situation, visitor: Visitor): RichText | null {
  if (visitor.standing === 'uncertain' || !visitor.person) return null;
  return overtaken(situation, visitor, [visitor.person.id, visitor.could?.id], true);
}

function planIs(situation: Situation, visitor: Visitor, who: Somebody): Planned {
  if ('person' in who && isAlready(visitor, who.person.id))
    return { refused: alreadySaid(situation, visitor, isText(visitor, who.person.name)) };
  const refused = overtakenIfSure(situation, visitor);
  return refused ? { refused } : becomes(situation, visitor, who);
}

const isAlready = ({ standing, person }: Visitor, id: string): boolean => standing !== 'uncertain' && person?.id === id;

/** It is so already; if somebody else said it, that is said. */
function alreadySaid({ last, by }: Situation, visitor: Visitor, summary: string): RichText {
  const sayer = last?.summary === summary ? last.by : visitor.saidBy;
  return sayer !== null && sayer !== by ? saidBefore({ by: sayer, summary }) : sentences.already(visitor);
}

const isText = ({ number }: Pick<Visitor, 'number'>, name: string): string => `${number} is ${name}`;
const isNotText = ({ number }: Pick<Visitor, 'number'>, name: string): string => `${number} is not ${name}`;

/** Everything that shows this visitor becomes this person. */
function becomes(situation: Situation, visitor: Visitor, who: Somebody): Planned {
  const person = 'person' in who ? who.person : null;
  const beside = person && besides(situation, visitor, person.id);
  if (beside) return { refused: sentences.besides(beside, visitor) };
  const [best, ...rest] = bestFirst(visitor).filter((face) => !person || surePerson(faceOf(situation.faces, face))?.id !== person.id);
  const name = person?.name ?? ('name' in who ? who.name : '');
  const id = person?.id ?? null;
  // Of an unknown's face everything goes along: then the other faces need nothing more.
  const steps = best
    ? [thisIs(best, { person: id, name: person ? null : name }), ...rest.map((face) => thisIs(face, { person: id, name: null }))]
    : [];
  return { plan: { steps, said: null, summary: isText(visitor, name) } };
}

function thisIs({ snapshotId, position }: FaceRef, who: { person: string | null; name: string | null }): Step {
  return { do: 'this-is', snapshotId, position, ...who };
}

/** Another visitor who is this person and in one picture with this one. */
function besides({ view }: Situation, visitor: Visitor, personId: string): Visitor | null {
  const snapshots = new Set(visitor.faces.map(({ snapshotId }) => snapshotId));
  const isOther = (each: Visitor): boolean => each.number !== visitor.number && isAlready(each, personId);
  return view.visitors.find((each) => isOther(each) && each.faces.some(({ snapshotId }) => snapshots.has(snapshotId))) ?? null;
}

function bestFirst({ best, faces }: Visitor): FaceRef[] {
  const rest = faces.filter((face) => face.snapshotId !== best.snapshotId || face.position !== best.position);
  return [{ snapshotId: best.snapshotId, position: best.position }, ...rest];
}

function planYes(situation: Situation, visitor: Visitor): Planned {
  const { subject } = situation;
  if (subject && isAlready(visitor, subject.id)) return { refused: alreadySaid(situation, visitor, isText(visitor, subject.name)) };
  const refused = overtaken(situation, visitor, [visitor.could?.id]);
  if (refused || !subject) return { refused: refused ?? sentences.outdated() };
  return becomes(situation, visitor, { person: subject });
}

function planNo(situation: Situation, visitor: Visitor): Planned {
  const { subject } = situation;
  if (subject && isDenied(situation, visitor, subject.id)) return { refused: alreadyDenied(situation, visitor, subject.name) };
  const refused = overtaken(situation, visitor, [visitor.could?.id]);
  if (refused || !subject) return { refused: refused ?? sentences.outdated() };
  if (visitor.person && visitor.standing !== 'uncertain')
    return denied(visitor, subject, [{ do: 'distinguish', person: visitor.person.id, other: subject.id }]);
  return denied(visitor, subject, deniedFaces(situation, visitor, subject.id));
}

function planNot(situation: Situation, visitor: Visitor): Planned {
  const { subject } = situation;
  if (subject && isDenied(situation, visitor, subject.id)) return { refused: alreadyDenied(situation, visitor, subject.name) };
  const refused = overtaken(situation, visitor, [visitor.person?.id]);
  if (refused || !subject) return { refused: refused ?? sentences.outdated() };
  return denied(visitor, subject, deniedFaces(situation, visitor, subject.id));
}

function denied(visitor: Visitor, { id, name }: { id: string; name: string }, steps: Step[]): Planned {
  return { plan: { steps, said: { number: visitor.number, notPerson: id }, summary: isNotText(visitor, name) } };
}

function isDenied({ visit }: Situation, { number, person }: Visitor, id: string): boolean {
  return person?.id !== id && visit.said.some((each) => each.number === number && each.notPerson === id);
}

function alreadyDenied({ last, by }: Situation, visitor: Visitor, name: string): RichText {
  const isSaid = last !== null && last.by !== by && last.summary === isNotText(visitor, name);
  return isSaid ? saidBefore(last) : sentences.alreadyNot(visitor.number, name);
}

/** The faces that were taken for this person, surely or not: each teaches that it is not. */
function deniedFaces({ faces }: Situation, visitor: Visitor, id: string): Step[] {
  return bestFirst(visitor)
    .filter((face) => faceOf(faces, face)?.person?.id === id)
    .map(({ snapshotId, position }) => ({ do: 'deny', snapshotId, position, person: id }));
}

function planIgnore(situation: Situation, visitor: Visitor, action: Extract<ChangingAction, 'ignore' | 'unignore'>): Planned {
  const { number, person, standing } = visitor;
  if (!person || standing === 'uncertain') return { refused: sentences.notSure(visitor) };
  const summary = action === 'ignore' ? `${number} is ignored from now on` : `${number} is reported again`;
  if ((standing === 'ignored') === (action === 'ignore')) return { refused: alreadySaid(situation, visitor, summary) };
  const refused = overtaken(situation, visitor, [person.id], true);
  if (refused) return { refused };
  return { plan: { steps: [{ do: action, person: person.id }], said: null, summary } };
}

function planDismiss(situation: Situation, visitor: Visitor): Planned {
  const refused = overtakenIfSure(situation, visitor);
  if (refused) return { refused };
  const steps = bestFirst(visitor).map(({ snapshotId, position }): Step => ({ do: 'dismiss', snapshotId, position }));
  return { plan: { steps, said: null, summary: `${visitor.number} is not a face` } };
}

/** What whoever pressed is told. */
export const doneText = ({ summary }: Pick<Notes, 'summary'>): RichText =>
  say`Done: ${summary}. You can undo it below the post for ten minutes.`;
