import type { Command } from '../command.ts';
import { actor } from '../support/open-database.ts';
import { withPeople } from '../support/open-gallery.ts';
import { readArgs } from '../support/read-args.ts';

/** `undo [ID]`: undoes the latest change that the same user made or, with the id that `history` shows, that one; for ten minutes. */
export const run: Command = async (args, context) => {
  const [id = null] = readArgs(args, {}, 0, 1).positionals;
  const entry = await withPeople(context, ({ operations }) => operations.undo(id, actor, context.signal));
  context.print(entry.summary);
  return 0;
};
