import { hostname } from 'node:os';
import { parseArgs } from 'node:util';
import type { AuditEntry } from '@watchpost/gallery/domain';
import type { Operation } from '@watchpost/gallery/gallery';
import type { Command } from '../command.ts';
import { withPeople } from '../support/open-people.ts';

const by = { id: 'cli', where: hostname() };
const shownEntries = 30;

/** A command that does one operation on persons, named by their names. */
const change =
  (usage: string, names: number, toOperation: (...names: string[]) => Operation): Command =>
  async (args, { env, signal, print, warn }) => {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { json: { type: 'boolean' } } });
    if (positionals.length !== names) {
      warn(`usage: ${usage}`);
      return 2;
    }
    const operation = toOperation(...positionals);
    // Which faces a merged person keeps is decided by their vectors.
    const vectors = operation.kind === 'merge';
    const entry = await withPeople(env, signal, ({ operations }) => operations.apply(operation, by, signal), { vectors });
    print(values.json ? JSON.stringify(shown(entry)) : entry.summary);
    return 0;
  };

/** `merge FROM INTO`: two persons are one. */
export const merge = change('merge FROM INTO', 2, (from = '', into = '') => ({ kind: 'merge', from, into }));
/** `alias NAME ALIAS`: one more name that finds a person. */
export const alias = change('alias NAME ALIAS', 2, (person = '', name = '') => ({ kind: 'alias', person, alias: name }));
/** `ignore NAME`, `unignore NAME`: a person is known and not reported. */
export const ignore = change('ignore NAME', 1, (person = '') => ({ kind: 'ignore', person }));
export const unignore = change('unignore NAME', 1, (person = '') => ({ kind: 'unignore', person }));
/** `forget NAME`: erases a person; can be undone for ten minutes. */
export const forget = change('forget NAME', 1, (person = '') => ({ kind: 'forget', person }));

/** `undo`: takes the newest change back, for ten minutes. */
export const undo: Command = async (args, { env, signal, print }) => {
  parseArgs({ args });
  const entry = await withPeople(env, signal, ({ operations }) => operations.undo(null, by, signal));
  print(entry.summary);
  return 0;
};

/** `history [--json]`: the newest changes: when, who, from where, what. */
export const history: Command = async (args, { env, signal, print }) => {
  const { values } = parseArgs({ args, options: { json: { type: 'boolean' } } });
  const entries = await withPeople(env, signal, ({ operations }) => operations.history(shownEntries, signal));
  for (const entry of entries) print(values.json ? JSON.stringify(shown(entry)) : toLine(entry));
  return 0;
};

function shown({ id, action, actor, atMs, personIds, summary, undone }: AuditEntry) {
  return { id, action, actor, atMs, personIds, summary, undone };
}

function toLine({ action, actor, atMs, summary, undone }: AuditEntry): string {
  const at = new Date(atMs).toISOString().slice(0, 16).replace('T', ' ');
  const who = actor.where === undefined ? actor.id : `${actor.id} at ${actor.where}`;
  return `${at} UTC  ${action.padEnd(8)}  ${summary} (${who})${undone ? ', undone' : ''}`;
}
