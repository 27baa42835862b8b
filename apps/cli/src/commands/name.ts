import { AppError } from '@watchpost/shared/errors';
import type { Command } from '../command.ts';
import { actor } from '../support/open-database.ts';
import { withPeople } from '../support/open-gallery.ts';
import { readArgs } from '../support/read-args.ts';

/** `name FROM TO [--json]`: names an unknown, or renames a person: `name "Unknown 3" Ada`. */
export const run: Command = async (args, context) => {
  const { signal, print } = context;
  const { values, positionals } = readArgs(args, { json: { type: 'boolean' } }, 2);
  const [from = '', to = ''] = positionals;
  const person = await withPeople(context, async ({ gallery, operations }) => {
    const { personIds } = await operations.apply({ kind: 'name', person: from, to }, actor, signal);
    const named = await gallery.person(personIds[0] ?? '', signal);
    if (!named) throw new AppError('person-not-found', 'the person was removed in the meantime');
    return named;
  });
  print(values.json ? JSON.stringify(person) : `${from} is now ${person.name}`);
  return 0;
};
