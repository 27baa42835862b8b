import { countNew, fill, type Words } from './words.ts';

/** What comes in within this is said together. */
const gatherMs = 400;
/** Between two announcements. */
const quietMs = 5_000;
const longestText = 140;

/** Tells those who listen to the page what is new: briefly, and at most once every few seconds. */
export interface Announcer {
  newEntry(name: string, text: string): void;
  say(sentence: string): void;
}

/** Writes into an element that screen readers follow. */
export function createAnnouncer(place: HTMLElement, words: Words): Announcer {
  let entries: { name: string; text: string }[] = [];
  let sentence: string | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let lastMs = -quietMs;

  const speak = (): void => {
    timer = undefined;
    lastMs = performance.now();
    const [first] = entries;
    const news = first === undefined ? null : entries.length > 1 ? countNew(words, entries.length) : briefly(first, words);
    place.textContent = [sentence, news].filter((each) => each !== null).join(' ');
    entries = [];
    sentence = null;
  };
  const soon = (): void => {
    timer ??= setTimeout(speak, Math.max(gatherMs, lastMs + quietMs - performance.now()));
  };
  return {
    newEntry: (name, text) => {
      entries.push({ name, text });
      soon();
    },
    say: (said) => {
      sentence = said;
      soon();
    },
  };
}

function briefly({ name, text }: { name: string; text: string }, words: Words): string {
  const letters = Array.from(text.replaceAll(/\s+/g, ' ').trim());
  const cut = letters.length > longestText ? `${letters.slice(0, longestText).join('')}…` : letters.join('');
  return cut === '' ? fill(words.pictureOf, { name }) : fill(words.said, { name, text: cut });
}
