import type { Command } from '../command.ts';
import { shownEntry } from '../support/change-people.ts';
import { actor } from '../support/open-database.ts';
import { withPeople } from '../support/open-gallery.ts';
import { readArgs } from '../support/read-args.ts';

const shortId = 8;

/** `forget NAME [--json]`: erases a person; can be undone for ten minutes. The receipt says what became of it. */
export const run: Command = async (args, context) => {
  const { values, positionals } = readArgs(args, { json: { type: 'boolean' } }, 1);
  const [person = ''] = positionals;
  const entry = await withPeople(context, ({ operations }) => operations.apply({ kind: 'forget', person }, actor, context.signal));
  if (values.json) {
    context.print(JSON.stringify({ ...shownEntry(entry), receipt: entry.id }));
    return 0;
  }
  context.print(entry.summary);
  const id = entry.id.slice(0, shortId);
  context.print(
    `Accepted. For ten minutes watchpost undo ${id} takes it back; then a worker erases. watchpost receipts ${id} says how far it is.`,
  );
  return 0;
};
