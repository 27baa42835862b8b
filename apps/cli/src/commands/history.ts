import type { AuditEntry } from '@watchpost/gallery/domain';
import type { Command } from '../command.ts';
import { shownEntry } from '../support/change-people.ts';
import { withPeople } from '../support/open-gallery.ts';
import { readArgs } from '../support/read-args.ts';

const maxEntries = 30;

/** `history [--json]`: the latest changes, newest first: when, what, who and from where. */
export const run: Command = async (args, context) => {
  const { values } = readArgs(args, { json: { type: 'boolean' } });
  const entries = await withPeople(context, ({ operations }) => operations.history(maxEntries, context.signal));
  for (const entry of entries) context.print(values.json ? JSON.stringify(shownEntry(entry)) : toLine(entry));
  return 0;
};

function toLine({ action, actor, atMs, summary, undone }: AuditEntry): string {
  const at = new Date(atMs).toISOString().slice(0, 16).replace('T', ' ');
  const who = actor.where === undefined ? actor.id : `${actor.id} at ${actor.where}`;
  return `${at} UTC  ${action.padEnd(8)}  ${summary} (${who})${undone ? ', undone' : ''}`;
}
