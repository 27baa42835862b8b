import { z } from 'zod';
import { AppError } from '@watchpost/shared/errors';
import type { SlackCall } from './calls.ts';

const usersSchema = z.looseObject({ users: z.array(z.string()) });

/** For how long the members of a group are not asked for again, milliseconds. */
const freshMs = 300_000;

/** What Slack said last: who is in a group, or why it does not say. */
type Known = { atMs: number } & ({ users: readonly string[]; refusal: null } | { users: null; refusal: AppError });

/**
 * The members of a user group, by their ids. While Slack does not answer, those who were in it when it last did. Rejects as SlackCall; a
 * refusal is remembered as long as members are.
 */
export function createGroupMembers(
  call: SlackCall,
  nowMs: () => number = Date.now,
): (group: string, signal: AbortSignal) => Promise<readonly string[]> {
  const known = new Map<string, Known>();

  const ask = async (group: string, last: Known | undefined, signal: AbortSignal): Promise<Known> => {
    try {
      const { users } = await call('usergroups.users.list', { usergroup: group }, usersSchema, signal);
      return { users, refusal: null, atMs: nowMs() };
    } catch (error) {
      if (!(error instanceof AppError) || error.code === 'aborted') throw error;
      if (error.retry !== 'transient') return { users: null, refusal: error, atMs: nowMs() };
      if (last?.users) return last;
      throw error;
    }
  };

  return async (group, signal) => {
    const last = known.get(group);
    const ageMs = last ? nowMs() - last.atMs : -1;
    // Below 0: the clock was set back.
    const said = last && ageMs >= 0 && ageMs < freshMs ? last : await ask(group, last, signal);
    known.set(group, said);
    if (said.refusal) throw said.refusal;
    return said.users;
  };
}
