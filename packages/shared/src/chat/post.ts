import type { RichText } from './rich-text.ts';

/**
 * What a reader can do below a post. `is`: say who it is (opens a dialog). `not`: this is not that person. `ignore`: do not report this
 * person any more. `not-a-face`: there is no face. `yes`, `no`: the answer to "Could 2 be Ada?". `undo`: take a change back.
 * `seen-before`: where else was this person?
 */
export const postActions = ['is', 'not', 'ignore', 'unignore', 'not-a-face', 'yes', 'no', 'undo', 'seen-before'] as const;
export type PostAction = (typeof postActions)[number];

/** Whom a button is about. */
export interface ActionTarget {
  action: PostAction;
  /** The visit's id. */
  visit: string;
  /** The number of the face in the visit's post; null for `undo`. */
  number: number | null;
  /** The person shown or asked about when the post was made; of `undo` the audit entry. Null: nobody. */
  subject: string | null;
}

/**
 * What can be done about a violation of a rule. By its author: `mistake` (an appeal). By admins: `put-back` what is in quarantine, or
 * `delete-kept`; `accept` an appeal, or `reject` it.
 */
export const violationActions = ['mistake', 'accept', 'reject', 'put-back', 'delete-kept'] as const;
export type ViolationAction = (typeof violationActions)[number];

/** Which violation a button is about. */
export interface ViolationTarget {
  action: ViolationAction;
  violation: string;
}

export type ButtonTarget = ActionTarget | ViolationTarget;

/** Whether a button is about a violation, not about a visit. */
export const isViolationTarget = (target: ButtonTarget): target is ViolationTarget => 'violation' in target;

/** A target as a platform carries it: at most 75 characters, so that it fits a menu's option. */
export function encodeTarget(target: ButtonTarget): string {
  if (isViolationTarget(target)) return `violation:${target.action}|${target.violation}`;
  const { action, visit, number, subject } = target;
  return [action, visit, number ?? '', subject ?? ''].join('|');
}

const violationTargetPattern = /^violation:([a-z-]+)\|([\w-]{22})$/;
const targetPattern = /^([a-z-]+)\|([\w-]{1,24})\|(\d{0,3})\|([\w-]{0,40})$/;

/** Reads what `encodeTarget` wrote; null if it is something else: an older release's button, or somebody's invention. */
export function parseTarget(text: string): ButtonTarget | null {
  const [, violationAction, violation] = violationTargetPattern.exec(text) ?? [];
  const known = violationActions.find((each) => each === violationAction);
  if (known && violation !== undefined) return { action: known, violation };
  const [, name, visit, number, subject] = targetPattern.exec(text) ?? [];
  const action = postActions.find((each) => each === name);
  if (!action || visit === undefined) return null;
  return { action, visit, number: number ? Number(number) : null, subject: subject ? subject : null };
}

/** A button, or an entry of a menu. */
export interface PostButton {
  label: string;
  target: ButtonTarget;
  style?: 'primary' | 'danger';
}

/** A part of a post: some lines of text with what can be done about them. */
export interface PostSection {
  text: RichText;
  /** At most five. */
  buttons: readonly PostButton[];
  /** Beside the text, for what is wanted rarely; at most five. */
  menu: readonly PostButton[];
  /** A picture that the platform has, beside the text. */
  thumbnail?: { fileId: string; altText: string };
}

/** A post without any platform's markup. */
export interface Post {
  /** In one line, for notifications. */
  summary: string;
  /** Of its picture; null: it has none. */
  picture: { title: string; altText: string } | null;
  sections: readonly PostSection[];
  /** In small print; empty: none. */
  footer: RichText;
}
