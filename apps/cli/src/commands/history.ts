import type { AuditEntry } from '@watchpost/gallery/domain';
import type { Command } from '../command.ts';
import { shownEntry } from '../support/change-people.ts';
import { withPeople } from '../support/open-gallery.ts';
import { readArgs, readCount } from '../support/read-args.ts';
import { shortIds } from '../support/short-ids.ts';

const usualLimit = 30;
const mostEntries = 10_000;

/** `history [--limit N] [--json]`: the latest changes, newest first: id, when, what, who and from where. */
export const run: Command = async (args, context) => {
  const { values } = readArgs(args, { limit: { type: 'string' }, json: { type: 'boolean' } });
  const limit = readCount('--limit', values.limit, mostEntries) ?? usualLimit;
  const entries = await withPeople(context, ({ operations }) => operations.history(limit, context.signal));
  const shortId = shortIds(entries.map(({ id }) => id));
  for (const entry of entries) context.print(values.json ? JSON.stringify(shownEntry(entry)) : toLine(entry, shortId(entry.id)));
  return 0;
};

function toLine({ action, actor, atMs, summary, undone }: AuditEntry, id: string): string {
  const at = new Date(atMs).toISOString().slice(0, 16).replace('T', ' ');
  const who = actor.where === undefined ? actor.id : `${actor.id} at ${actor.where}`;
  return `${id}  ${at} UTC  ${action.padEnd(11)}  ${summary} (${who})${undone ? ', undone' : ''}`;
}
