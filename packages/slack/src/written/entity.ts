import type { Inline } from '@watchpost/shared/chat/written';
import { decoded } from '../content/pieces.ts';
import { isId, type Styles } from './inlines.ts';

/** Longer addresses are none that anybody opens. */
const longestUrl = 4_000;

/** What stands between `<` and `>` in mrkdwn: an address, or a mention of somebody or something. */
export function entityInline(inside: string, styles: Styles): Inline {
  const bar = inside.indexOf('|');
  const target = decoded(bar === -1 ? inside : inside.slice(0, bar));
  const label = bar === -1 ? '' : decoded(inside.slice(bar + 1));
  const id = target.slice(1);
  // Nothing is named: somebody's own signs, such as those before what is off the record, which an app has not escaped.
  if (/^[@#!]$/.test(target)) return text(label || `<${target}>`, styles);
  if (target.startsWith('@')) return isId(id) ? { type: 'member', member: id, ...styles } : text(label || target, styles);
  if (target.startsWith('#')) return isId(id) ? { type: 'channel', channel: id, ...styles } : text(label || target, styles);
  if (target.startsWith('!')) return special(id, label, styles);
  return linkInline(target, label || null, styles);
}

/** `<!here>`, `<!subteam^S1|@editors>`, `<!date^…>`, and those that are not known. */
function special(what: string, label: string, styles: Styles): Inline {
  const [kind = '', id = '', ...rest] = what.split('^');
  if (kind === 'subteam' && isId(id))
    return { type: 'group', group: id, name: label === '' ? null : `@${label.replace(/^@/, '')}`, ...styles };
  if (kind === 'date')
    return timeInline({ seconds: Number(id || NaN), format: rest[0] ?? '', fallback: label, url: rest[1] ?? null }, styles);
  const range = rangeOf(kind);
  return range === null ? text(label || `@${what}`, styles) : { type: 'broadcast', range, ...styles };
}

/** To whom a message is called out; null: nothing that Slack knows. */
export const rangeOf = (range: string): string | null => (['here', 'channel', 'everyone'].includes(range) ? range : null);

const text = (words: string, styles: Styles): Inline => ({ type: 'text', text: words, ...styles });

/** An address, shown as its label. */
export function linkInline(url: string, label: string | null, styles: Styles): Inline {
  const shown = label?.trim() ? label : null;
  if (url.length > longestUrl || url.trim() === '') return text(shown ?? url.slice(0, longestUrl), styles);
  // As Slack shows an address that has no label.
  const short = shown ?? (/^(?:mailto|tel):/i.test(url) ? url.replace(/^\w+:/, '') : null);
  return { type: 'link', url, text: short, ...styles };
}

/** The last moment that a Date can hold, seconds. */
const lastSecond = 8_640_000_000_000;

/** A moment; what stands there for those who cannot see it, if it is none. */
export function timeInline(
  { seconds, format, fallback, url }: { seconds: number; format: string; fallback: string; url: string | null },
  styles: Styles,
): Inline {
  if (!Number.isFinite(seconds) || Math.abs(seconds) > lastSecond) return text(fallback, styles);
  const link = url !== null && url !== '' && url.length <= longestUrl ? url : null;
  return { type: 'time', atMs: Math.round(seconds * 1_000), format, fallback, url: link, ...styles };
}
