import type { Command } from '../command.ts';
import { actor, withPeople } from '../support/open-gallery.ts';
import { readArgs } from '../support/read-args.ts';

/** `undo`: undoes the latest change, for ten minutes. */
export const run: Command = async (args, context) => {
  readArgs(args, {});
  const entry = await withPeople(context, ({ operations }) => operations.undo(null, actor, context.signal));
  context.print(entry.summary);
  return 0;
};
