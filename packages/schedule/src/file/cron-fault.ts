import { nextTime } from '@watchpost/shared/jobs/times';

const leastMs = 60_000;

/** What is wrong with a cron pattern; null: nothing. */
export function cronFault(pattern: string): string | null {
  // Croner takes six fields too, the first for seconds, and moments.
  if (!pattern.startsWith('@') && pattern.trim().split(/\s+/).length !== 5)
    return 'must have five fields: minute, hour, day, month, day of the week, such as "0 7 * * *"';
  try {
    const first = nextTime({ pattern, timeZone: 'UTC' }, Date.now());
    if (first === null) return 'names a time that never comes';
    const second = nextTime({ pattern, timeZone: 'UTC' }, first);
    return second !== null && second - first < leastMs ? 'may be once a minute at most' : null;
  } catch (error) {
    return `is no cron pattern: ${error instanceof Error ? error.message.replace(/^CronPattern: /, '') : 'it cannot be read'}`;
  }
}
