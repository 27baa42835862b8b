/** How much of one message is still taken: whatever somebody sends, what comes of it has an end. */
export interface Room {
  /** Takes a place for one more part; false: there is none left. */
  place(): boolean;
  /** Takes as much of a text as there is still room for, clean. */
  text(text: string): string;
  /** The same without taking it: for a text whose parts are taken. */
  source(text: string): string;
}

/** Slack takes 40,000 characters and 50 blocks; what people write has a few hundred parts. */
const mostParts = 5_000;
const mostCharacters = 100_000;

/** Room for one message. */
export function createRoom(): Room {
  let [parts, characters] = [mostParts, mostCharacters];
  const source = (text: string): string => clean(text.slice(0, Math.max(characters, 0)));
  return {
    place: () => {
      parts -= 1;
      return parts >= 0;
    },
    text: (text) => {
      const taken = source(text);
      characters -= taken.length;
      return taken;
    },
    source,
  };
}

/** Control characters but tabs and breaks, what is no character, and halves of characters: databases and XML take none of these. */
const unclean = /(?![\t\n\r])\p{Cc}|\p{Cs}|[\uFFFE\uFFFF]/gu;

/** A text that can be stored and shown anywhere. */
export const clean = (text: string): string => text.replaceAll(unclean, '');
