/** Today, yesterday, or neither. */
function relativeDay(at: Date): string | undefined {
  const daysAgo = (days: number): string => new Date(Date.now() - days * 86_400_000).toDateString();
  return at.toDateString() === daysAgo(0) ? 'today' : at.toDateString() === daysAgo(1) ? 'yesterday' : undefined;
}

/** Slack's tokens for dates, in the reader's own time zone. */
function token(name: string, at: Date): string | undefined {
  const write = (options: Intl.DateTimeFormatOptions): string => new Intl.DateTimeFormat(undefined, options).format(at);
  const pretty = /^(date\w*)_pretty$/.exec(name)?.[1];
  if (pretty !== undefined) return relativeDay(at) ?? token(pretty, at);
  switch (name) {
    case 'time':
      return write({ hour: 'numeric', minute: '2-digit' });
    case 'time_secs':
      return write({ hour: 'numeric', minute: '2-digit', second: '2-digit' });
    case 'date_num':
      return `${String(at.getFullYear())}-${String(at.getMonth() + 1).padStart(2, '0')}-${String(at.getDate()).padStart(2, '0')}`;
    case 'date_slash':
      return write({ dateStyle: 'short' });
    default:
      return dateIn(name, write);
  }
}

const dateStyles = { date: 'long', date_long: 'full', date_short: 'medium' } as const;

function dateIn(name: string, write: (options: Intl.DateTimeFormatOptions) => string): string | undefined {
  const style = Object.entries(dateStyles).find(([each]) => each === name)?.[1];
  return style && write({ dateStyle: style });
}

/** Writes the times within an element as the reader's clock says. One with a token that nobody knows keeps its own words. */
export function localTimes(within: ParentNode): void {
  for (const time of within.querySelectorAll<HTMLTimeElement>('time[data-tokens]')) {
    const at = new Date(time.dateTime);
    if (Number.isNaN(at.getTime())) continue;
    let known = true;
    const words = (time.dataset['tokens'] ?? '').replaceAll(/\{(\w+)\}/g, (_, name: string) => {
      const written = token(name, at);
      if (written === undefined) known = false;
      return written ?? '';
    });
    if (known && words !== '') time.textContent = words;
    time.title = at.toLocaleString();
  }
}
