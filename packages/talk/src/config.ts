import { z } from 'zod';
import { wholeNumber } from '@watchpost/shared/config/parse-env';
import { isLanguage, languages, type Language } from './words/words.ts';

/** The variables about conversations. */
export const talkEnv = {
  /** How long a conversation waits for an answer. Minutes. */
  TALK_WAIT_MINUTES: wholeNumber(1, 10_080).default(60),
  /** How long private logs and registrations are kept; unset: until their owner erases them. Days. */
  TALK_KEEP_DAYS: wholeNumber(1, 36_500).optional(),
  /** The language of what we say where we cannot tell whom we talk with. */
  TALK_LANGUAGE: z.custom<Language>(isLanguage, `must be one of ${Object.keys(languages).join(', ')}`).default('en'),
};
