const day = (date: Date): string => date.toDateString();

/** Slack's tokens for dates, in the reader's own time zone. */
function token(name: string, at: Date): string | undefined {
  const write = (options: Intl.DateTimeFormatOptions): string => new Intl.DateTimeFormat(undefined, options).format(at);
  const today = new Date();
  const relative = day(at) === day(today) ? 'today' : day(at) === day(new Date(today.getTime() - 86_400_000)) ? 'yesterday' : undefined;
  switch (name) {
    case 'time':
      return write({ hour: 'numeric', minute: '2-digit' });
    case 'time_secs':
      return write({ hour: 'numeric', minute: '2-digit', second: '2-digit' });
    case 'date_num':
      return `${String(at.getFullYear())}-${String(at.getMonth() + 1).padStart(2, '0')}-${String(at.getDate()).padStart(2, '0')}`;
    case 'date_slash':
      return write({ dateStyle: 'short' });
    case 'date':
    case 'date_long':
      return write({ dateStyle: name === 'date' ? 'long' : 'full' });
    case 'date_short':
      return write({ dateStyle: 'medium' });
    case 'date_pretty':
    case 'date_long_pretty':
      return relative ?? write({ dateStyle: name === 'date_pretty' ? 'long' : 'full' });
    case 'date_short_pretty':
      return relative ?? write({ dateStyle: 'medium' });
    default:
      return undefined;
  }
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
