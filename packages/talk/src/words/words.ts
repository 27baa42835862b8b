import { en } from './en.ts';

/** Everything that is said in conversations, in one language. */
export type Words = typeof en;

/** What can be typed, without the slash. */
export type CommandName = keyof Words['does'];

/** The languages that there are, by their tag (BCP 47). Another one: a file like en.ts, and a line here. */
const languages = { en } satisfies Record<string, Words>;
export type Language = keyof typeof languages;

/** What `TALK_LANGUAGE` may be. */
export const languageTags = ['en'] as const satisfies readonly Language[];

/** The words for somebody who speaks `language` (a tag such as `en-GB`; null: nobody knows); where we do not speak it, in `fallback`. */
export function wordsFor(language: string | null, fallback: Language = 'en'): Words {
  const [primary] = (language ?? '').toLowerCase().split('-');
  const known = languageTags.find((tag) => tag === primary);
  return languages[known ?? fallback];
}
