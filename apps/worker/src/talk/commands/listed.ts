import type { Role } from '@watchpost/shared/chat/access';
import type { ListedCommand } from './words-deps.ts';

/** What people can type here although it is answered as a command about faces is. */
export const commandsAboutFaces: readonly ListedCommand[] = [{ name: 'who' }, { name: 'lastseen' }, { name: 'faces' }];

/** Those commands that somebody with this role may use. */
export const commandsFor = (role: Role, listed: readonly ListedCommand[]): ListedCommand[] =>
  listed.filter(({ admin }) => admin !== true || role === 'admin');

/** The command that somebody meant who typed another one; null: none is near. Pure. */
export function nearestCommand(typed: string, names: readonly string[]): string | null {
  const wanted = typed.toLowerCase();
  const begins = names.find((name) => wanted.length >= 2 && name.startsWith(wanted));
  if (begins !== undefined) return begins;
  // Names are short: of two letters, one wrong is half of it.
  const most = wanted.length <= 3 ? 1 : 2;
  const near = names.map((name) => ({ name, edits: editsBetween(wanted, name) })).toSorted((a, b) => a.edits - b.edits);
  const [best] = near;
  return best && best.edits <= most ? best.name : null;
}

/** How many letters are wrong, missing, too many, or swapped with the next one (optimal string alignment). */
function editsBetween(one: string, other: string): number {
  if (Math.abs(one.length - other.length) > 2) return Infinity;
  const rows: number[][] = [Array.from({ length: other.length + 1 }, (_, index) => index)];
  const at = (row: number, column: number): number => rows[row]?.[column] ?? Infinity;
  for (let row = 1; row <= one.length; row += 1) {
    const current = [row];
    rows.push(current);
    for (let column = 1; column <= other.length; column += 1) {
      const isSame = one[row - 1] === other[column - 1];
      const isSwapped = row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      current.push(
        Math.min(
          at(row - 1, column) + 1,
          at(row, column - 1) + 1,
          at(row - 1, column - 1) + (isSame ? 0 : 1),
          isSwapped ? at(row - 2, column - 2) + 1 : Infinity,
        ),
      );
    }
  }
  return at(one.length, other.length);
}
