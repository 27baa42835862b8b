interface Place {
  timeZone: string;
  language: string;
}

/**
 * Slack's tokens. A page is read later than it is made: "today" or "3 minutes ago" would be wrong by then, so these are dates.
 * `{date_num}` is not here: it is the same in all languages.
 */
const tokens = new Map<string, Intl.DateTimeFormatOptions>(
  Object.entries({
    date_slash: { year: 'numeric', month: '2-digit', day: '2-digit' },
    date: { dateStyle: 'long' },
    date_pretty: { dateStyle: 'long' },
    date_short: { dateStyle: 'medium' },
    date_short_pretty: { dateStyle: 'medium' },
    date_long: { dateStyle: 'full' },
    date_long_full: { dateStyle: 'full' },
    date_long_pretty: { dateStyle: 'full' },
    day_divider_pretty: { weekday: 'long', month: 'long', day: 'numeric' },
    time: { timeStyle: 'short' },
    time_secs: { timeStyle: 'medium' },
    ago: { dateStyle: 'medium', timeStyle: 'short' },
  }),
);

/** Making one takes much longer than using it. */
const made = new Map<string, Intl.DateTimeFormat>();
const mostMade = 500;

function formatter(token: string, options: Intl.DateTimeFormatOptions, { timeZone, language }: Place): Intl.DateTimeFormat {
  const key = `${token} ${timeZone} ${language}`;
  const known = made.get(key);
  if (known) return known;
  if (made.size >= mostMade) made.clear();
  const format = new Intl.DateTimeFormat(language, { ...options, timeZone });
  made.set(key, format);
  return format;
}

/** `2026-11-22`, of a place's calendar. */
function numbers(at: Date, place: Place): string {
  const format = formatter('date_num', { year: 'numeric', month: '2-digit', day: '2-digit' }, { ...place, language: 'en-GB' });
  const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]));
  return `${parts.get('year')}-${parts.get('month')}-${parts.get('day')}`;
}

/** Whether a time can be shown at all. */
export const isTime = (atMs: number): boolean => Number.isFinite(new Date(atMs).getTime());

/** A time in words, by a format such as `{date_short} at {time}`. Null: a token is unknown, or the time is none. */
export function formatTime(atMs: number, format: string, place: Place): string | null {
  if (!isTime(atMs)) return null;
  const at = new Date(atMs);
  let isKnown = true;
  const text = format.replaceAll(/\{(\w+)\}/g, (_, token: string) => {
    if (token === 'date_num') return numbers(at, place);
    const options = tokens.get(token);
    if (!options) isKnown = false;
    return options ? formatter(token, options, place).format(at) : '';
  });
  return isKnown ? text : null;
}
