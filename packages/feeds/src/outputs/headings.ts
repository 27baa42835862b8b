import { cut } from '@watchpost/shared/text';
import type { EntryView } from './view.ts';

const titleLimit = { characters: 80, units: 200 };

/** A line about an entry: the beginning of what it says, or whose picture it is. */
export function titleOf({ text, user }: EntryView): string {
  const line =
    text
      .split('\n')
      .find((part) => part.trim() !== '')
      ?.trim() ?? '';
  if (line === '') return user.display_name;
  const short = cut(line, titleLimit);
  return short === line ? line : `${short.trimEnd()}…`;
}

/** The id of an entry's element on the page of its feed. */
export const anchorOf = ({ ts }: Pick<EntryView, 'ts'>): string => `entry-${ts}`;

/** When an entry changed last. */
export const changedAt = ({ edited_at, posted_at }: EntryView): string => edited_at ?? posted_at;
