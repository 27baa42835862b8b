import type { AuditEntry } from '@watchpost/gallery/domain';
import type { Operation } from '@watchpost/gallery/gallery';
import type { Command } from '../command.ts';
import { actor } from './open-database.ts';
import { withPeople } from './open-gallery.ts';
import { readArgs } from './read-args.ts';

/**
 * A command that applies one operation to people. `names`: how many names it takes. `vectors`: the operation compares faces, so
 * their vectors must be read.
 */
export function changePeople(names: number, toOperation: (...names: string[]) => Operation, { vectors = false } = {}): Command {
  return async (args, context) => {
    const { values, positionals } = readArgs(args, { json: { type: 'boolean' } }, names);
    const operation = toOperation(...positionals);
    const entry = await withPeople(context, ({ operations }) => operations.apply(operation, actor, context.signal), { vectors });
    context.print(values.json ? JSON.stringify(shownEntry(entry)) : entry.summary);
    return 0;
  };
}

/** An audit entry as `--json` prints it: without what is only needed to undo it. */
export function shownEntry({ id, action, actor, atMs, personIds, summary, undone }: AuditEntry) {
  return { id, action, actor, atMs, personIds, summary, undone };
}
