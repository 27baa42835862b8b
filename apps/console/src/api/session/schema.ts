import { z } from 'zod';
import { sessionEnds } from '../../sign-in/sessions.ts';

const role = z.enum(['viewer', 'editor', 'admin']);

/** Whether somebody is signed in, and how one could. */
export const sessionAnswer = z.object({
  user: z.object({ id: z.string(), name: z.string(), role }).nullable(),
  /** Nobody is signed in any more, and why; null: nobody was, as far as the browser tells. */
  ended: z.enum(sessionEnds).nullable(),
  /** Every change carries it in the header `x-csrf-token`. */
  csrfToken: z.string(),
  /** Whether the page asks for a password. */
  password: z.boolean(),
  /** Whether a link that `npm start` prints signs in. */
  link: z.boolean(),
  /** Where people open the console (CONSOLE_URL); null: it was not said. */
  address: z.string().nullable(),
  version: z.string(),
});
export type SessionAnswer = z.output<typeof sessionAnswer>;

/** What waits for somebody, for the navigation; null: not known now. */
export const countsAnswer = z.object({
  unknowns: z.int().nullable(),
  failedJobs: z.int().nullable(),
  violations: z.int().nullable(),
  alerts: z.int().nullable(),
});
export type CountsAnswer = z.output<typeof countsAnswer>;

export const signInBody = z.strictObject({ password: z.string().min(1).max(500) });
export const linkBody = z.strictObject({ code: z.string().min(1).max(200) });
