import {
  encodeTarget,
  isViolationTarget,
  parseTarget,
  postActions,
  violationActions,
  type ActionTarget,
  type ButtonTarget,
  type PostAction,
  type ViolationAction,
} from '@watchpost/shared/chat/post';
import { AppError } from '@watchpost/shared/errors';

// Telegram gives a button 64 bytes of text; a target may have 76 characters. So what it holds is written as one large number, in a larger
// alphabet: 24 and 40 characters of 64 kinds, and a number up to 999, take 62 digits of base 85.

/** Each one's letter, for ever: buttons of older releases are still pressed. */
const letters: Record<PostAction | ViolationAction, string> = {
  is: 'a',
  not: 'b',
  ignore: 'c',
  unignore: 'd',
  'not-a-face': 'e',
  yes: 'f',
  no: 'g',
  undo: 'h',
  'seen-before': 'i',
  mistake: 'A',
  accept: 'B',
  reject: 'C',
  'put-back': 'D',
  'delete-kept': 'E',
};

const idAlphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-';
/** 85 characters of ASCII that JSON writes as they are. */
const digits = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#';

/** Of ids. */
const mostLetters = { visit: 24, subject: 40 };
/** A face's number: none, or 0 to 999. */
const numbers = 1_001n;

/** A target as a button of Telegram carries it: at most 64 bytes. Begins with `p`; what talk buttons carry begins with `t`. Throws where the target is not as post.ts says. */
export function packTarget(target: ButtonTarget): string {
  if (parseTarget(encodeTarget(target)) === null) throw new AppError('internal', 'a button with ids that no button can carry');
  if (isViolationTarget(target)) return `p${letters[target.action]}${target.violation}`;
  const { action, visit, number, subject } = target;
  const value = [
    [BigInt(number === null ? 0 : number + 1), numbers],
    [rankOf(visit), ranks(mostLetters.visit)],
    [rankOf(subject ?? ''), ranks(mostLetters.subject)],
  ].reduce((sum, [digit = 0n, base = 1n]) => sum * base + digit, 0n);
  return `p${letters[action]}${written(value)}`;
}

/** Reads what `packTarget` wrote; null if it is something else: an older release's button, or somebody's invention. */
export function unpackTarget(data: string): ButtonTarget | null {
  if (data.length > 64 || !data.startsWith('p')) return null;
  const [letter, rest] = [data.charAt(1), data.slice(2)];
  const violation = violationActions.find((each) => letters[each] === letter);
  const action = postActions.find((each) => letters[each] === letter);
  const target = violation ? { action: violation, violation: rest } : action ? readAction(action, rest) : null;
  if (!target || parseTarget(encodeTarget(target)) === null) return null;
  // One way to write each: whatever else somebody sends was never a button of ours.
  return packTarget(target) === data ? target : null;
}

function readAction(action: PostAction, text: string): ActionTarget | null {
  const value = read(text);
  if (value === null) return null;
  const [subject, rest] = [idAt(value % ranks(mostLetters.subject)), value / ranks(mostLetters.subject)];
  const [visit, number] = [idAt(rest % ranks(mostLetters.visit)), rest / ranks(mostLetters.visit)];
  if (number >= numbers) return null;
  return { action, visit, number: number === 0n ? null : Number(number) - 1, subject: subject === '' ? null : subject };
}

const letterCount = BigInt(idAlphabet.length);

/** How many texts of at most so many letters there are. */
function ranks(most: number): bigint {
  return (letterCount ** BigInt(most + 1) - 1n) / (letterCount - 1n);
}

/** The place of an id among all ids, shorter ones first: bijective numeration. */
function rankOf(id: string): bigint {
  return Array.from(id).reduce((sum, letter) => sum * letterCount + BigInt(idAlphabet.indexOf(letter) + 1), 0n);
}

function idAt(rank: bigint): string {
  let [left, id] = [rank, ''];
  while (left > 0n) {
    const digit = (left - 1n) % letterCount;
    id = idAlphabet.charAt(Number(digit)) + id;
    left = (left - 1n) / letterCount;
  }
  return id;
}

const base = BigInt(digits.length);

function written(value: bigint): string {
  let [left, text] = [value, ''];
  do {
    text = digits.charAt(Number(left % base)) + text;
    left /= base;
  } while (left > 0n);
  return text;
}

function read(text: string): bigint | null {
  if (text === '') return null;
  let value = 0n;
  for (const character of text) {
    const digit = digits.indexOf(character);
    if (digit < 0) return null;
    value = value * base + BigInt(digit);
  }
  return value;
}

/** A talk button's data as Telegram carries it. */
export const packTalk = (data: string): string => `t${data}`;

/** What `packTalk` wrote; null if it is something else. */
export const unpackTalk = (data: string): string | null => (data.startsWith('t') ? data.slice(1) : null);
