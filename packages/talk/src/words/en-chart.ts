import type { RichText } from '@watchpost/shared/chat/rich-text';
import { say } from '@watchpost/shared/chat/say';

const there = (names: readonly string[]): string => `There ${names.length === 1 ? 'is' : 'are'} ${names.join(', ')}.`;

/** What is said about charts, in English. */
export const enChart = {
  title: (of: string, days: number): string => `${of}, ${days} ${days === 1 ? 'day' : 'days'}`,
  noNumbers: (of: string, days: number): RichText => say`There are no numbers in ${of} of the last ${days} days yet.`,
  nothing: (): RichText => say`Nothing is collected here yet: docs/schedule.md says how.`,
  which: (names: readonly string[]): RichText => say`Which one? ${there(names)} For example: /chart ${names[0] ?? ''} 30`,
  unknown: (names: readonly string[]): RichText => say`Nothing of that name is collected. ${there(names)}`,
  badDays: (of: string, most: number): RichText => say`Behind the name goes a number of days, from 1 to ${most}: /chart ${of} 30`,
};
