import { parseArgs } from 'node:util';
import { AppError } from '@watchpost/shared/errors';
import type { Command } from '../command.ts';
import { withPeople } from '../support/open-people.ts';

/** `name FROM TO [--json]`: names a person, known by a name or as an unknown: `name "Unknown 3" Ada`. */
export const name: Command = async (args, { env, signal, print, warn }) => {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { json: { type: 'boolean' } } });
  const [from, to] = positionals;
  if (from === undefined || to === undefined || positionals.length > 2) {
    warn('usage: name FROM TO   (names with blanks in quotes: name "Unknown 3" "Ada Lovelace")');
    return 2;
  }
  const person = await withPeople(env, signal, async ({ gallery, operations }) => {
    const { personIds } = await operations.apply({ kind: 'name', person: from, to }, { id: 'cli' }, signal);
    return await gallery.person(personIds[0] ?? '', signal);
  });
  if (!person) throw new AppError('person-not-found', 'the person was removed meanwhile');
  print(values.json ? JSON.stringify(person) : `${from} is now ${person.name}`);
  return 0;
};
