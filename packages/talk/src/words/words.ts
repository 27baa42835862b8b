import { en } from './en.ts';

/** Everything that is said in conversations, in one language. */
export type Words = typeof en;

/** What can be typed, without the slash. */
export type CommandName = keyof Words['does'];

/** The languages that there are, by their tag (BCP 47, in small letters). Another one: a file like en.ts, and its name here. */
export const languages = { en } satisfies Record<string, Words>;
export type Language = keyof typeof languages;

/** Whether we speak what has this tag. */
export const isLanguage = (tag: unknown): tag is Language => typeof tag === 'string' && Object.hasOwn(languages, tag);

/** The words for somebody who speaks `language` (a tag such as `en-GB`; null: nobody knows); where we do not speak it, in `fallback`. */
export function wordsFor(language: string | null, fallback: Language = 'en'): Words {
  const [primary] = (language ?? '').toLowerCase().split('-');
  return languages[isLanguage(primary) ? primary : fallback];
}
