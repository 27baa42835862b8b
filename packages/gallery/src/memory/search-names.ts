import { personStatus, type PersonStatus, type StoredPerson } from '../domain.ts';
import { nameKey } from '../names.ts';

/** What a person is found by while somebody types. */
export interface SearchKeys {
  status: PersonStatus;
  /** The name and the aliases. */
  names: string[];
  /** The person's number, and those of the unknowns that it was. */
  numbers: string[];
}

/** Letters that are no accented ones by Unicode's rules, but are typed as if they were. */
const plain: Readonly<Record<string, string>> = { ø: 'o', ł: 'l', đ: 'd', ð: 'd', ħ: 'h', ŧ: 't', æ: 'ae', œ: 'oe', þ: 'th' };

/** As `nameKey`, and without accents. */
export function searchKey(text: string): string {
  return nameKey(text)
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[øłđðħŧæœþ]/g, (letter) => plain[letter] ?? letter);
}

/** `numbers`: the person's, and those of everybody merged into it. */
export function searchKeys(person: StoredPerson, numbers: readonly number[]): SearchKeys {
  return {
    status: personStatus(person),
    names: [person.name, ...person.aliases].map((name) => searchKey(name)),
    numbers: numbers.map(String),
  };
}

/** How well a person fits, best first: it is called so; that begins like it; a word of it does; it contains it. */
export const fits = 4;

/** From 0, the best, to `fits`: it does not. `wanted`: a `searchKey`. */
export function fitOf({ names, numbers }: SearchKeys, wanted: string): number {
  let best = fits;
  for (const name of names) {
    const at = name.indexOf(wanted);
    if (at === -1) continue;
    if (name.length === wanted.length) return 0;
    best = Math.min(best, at === 0 ? 1 : beginsWord(name, wanted) ? 2 : 3);
  }
  if (best <= 1) return best;
  for (const number of numbers) {
    if (number === wanted) return 0;
    if (number.startsWith(wanted)) best = 1;
  }
  return best;
}

/** Words are kept apart by whatever is no letter and no digit: `Jean-Luc`, `O'Brien`. */
function beginsWord(name: string, wanted: string): boolean {
  for (let at = name.indexOf(wanted, 1); at !== -1; at = name.indexOf(wanted, at + 1)) if (isBetweenWords(name, at - 1)) return true;
  return false;
}

function isBetweenWords(name: string, at: number): boolean {
  const code = name.charCodeAt(at);
  // Most are plain letters: a regular expression for each would take longer than all the rest.
  if (code < 128) return code < 48 || (code > 57 && code < 97) || code > 122;
  return /[^\p{L}\p{N}]/u.test(name.charAt(at));
}
