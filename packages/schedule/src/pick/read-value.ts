import { shownText } from '@watchpost/shared/text';
import type { Value } from '../template.ts';
import { momentAt, type WallTime } from './wall-time.ts';

/** How a value is written. */
export interface Written {
  as: 'text' | 'number' | 'date';
  decimal: '.' | ',';
  /** Of a date: `dd.MM.yyyy HH:mm`. Undefined: as ISO 8601 or RFC 5322 has it. */
  format?: string | undefined;
}

const mostCharacters = 4_000;

/** Reads a value: text in one piece, a number, or a date as ISO 8601 in UTC. Null: it is none. Pure. */
export function readValue(written: unknown, { as, decimal, format }: Written, timeZone: string): Value {
  if (written === null || written === undefined) return null;
  if (typeof written === 'number' && as !== 'date') return as === 'number' ? written : String(written);
  const text = (typeof written === 'string' ? written : JSON.stringify(written))
    .slice(0, 2 * mostCharacters)
    .replaceAll(/\s+/g, ' ')
    .trim();
  if (as === 'number') return numberIn(text, decimal);
  if (as === 'date') return dateIn(typeof written === 'number' ? written : text, format, timeZone);
  return shownText(text, { characters: mostCharacters, units: mostCharacters });
}

/** A sign that stands apart counts where nothing is before it that it could join: `- 5`, and not `3 - 5`. */
const sign = String.raw`(?:[-+−]|^[-+−–]\s?)?`;
const numbers = {
  '.': new RegExp(String.raw`${sign}(?:\d+(?:[,'’\u00A0\u202F ]\d{2,3}(?!\d))*(?:\.\d+)*|\.\d+)`, 'u'),
  ',': new RegExp(String.raw`${sign}(?:\d+(?:[.'’\u00A0\u202F ]\d{2,3}(?!\d))*(?:,\d+)*|,\d+)`, 'u'),
};

/** `CHF 1'234.50`, `1.234,50 €`, `−3 %`, `.25`. Digits belong together where a sign between thousands joins them. */
function numberIn(text: string, decimal: '.' | ','): number | null {
  const [digits] = numbers[decimal].exec(text.slice(0, 200)) ?? [];
  if (digits === undefined) return null;
  const thousands = decimal === '.' ? /[,'’\s]/gu : /[.'’\s]/gu;
  const number = Number(digits.replaceAll(thousands, '').replace(decimal, '.').replace(/[−–]/u, '-'));
  return Number.isFinite(number) ? number : null;
}

function dateIn(written: string | number, format: string | undefined, timeZone: string): string | null {
  const atMs =
    typeof written === 'number'
      ? written * (Math.abs(written) < 100_000_000_000 ? 1_000 : 1)
      : format === undefined
        ? isoMs(written, timeZone)
        : formattedMs(written, format, timeZone);
  return Number.isFinite(atMs) && Math.abs(atMs) < 8e14 ? new Date(atMs).toISOString() : null;
}

/** Without a zone it is what the clocks of the job's zone show, and not those of this machine. */
function isoMs(written: string, timeZone: string): number {
  const found = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?)?$/.exec(written);
  if (!found) return Date.parse(written);
  const [, year, month, day, hour = 0, minute = 0, second = 0] = found.map(Number);
  return zonedMs(
    { year: year ?? 0, month: month ?? 0, day: day ?? 0, hour: hour || 0, minute: minute || 0, second: second || 0 },
    timeZone,
  );
}

/** NaN for what no clock and no calendar shows. */
function zonedMs({ second, ...time }: WallTime & { second: number }, timeZone: string): number {
  const { year, month, day, hour, minute } = time;
  const isDay = month >= 1 && month <= 12 && day >= 1 && day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
  return isDay && hour <= 23 && minute <= 59 && second <= 59 ? momentAt(time, timeZone) + second * 1_000 : Number.NaN;
}

const widths: Record<string, string> = { yyyy: String.raw`(?<yyyy>\d{4})`, MM: String.raw`(?<MM>\d{1,2})`, dd: String.raw`(?<dd>\d{1,2})` };
const times: Record<string, string> = { HH: String.raw`(?<HH>\d{1,2})`, mm: String.raw`(?<mm>\d{2})`, ss: String.raw`(?<ss>\d{2})` };

function formattedMs(text: string, format: string, timeZone: string): number {
  const seen = new Set<string>();
  const pattern = format.replaceAll(/yyyy|MM|dd|HH|mm|ss|[^a-zA-Z]/g, (part) => {
    const field = seen.has(part) ? undefined : (widths[part] ?? times[part]);
    seen.add(part);
    return field ?? part.replaceAll(/[^\w\s]/g, String.raw`\$&`);
  });
  const found = new RegExp(pattern).exec(text)?.groups;
  if (!found) return Number.NaN;
  const part = (name: string, otherwise: number): number => Number(found[name] ?? otherwise);
  const [year, month, day] = [part('yyyy', 1_970), part('MM', 1), part('dd', 1)];
  return zonedMs({ year, month, day, hour: part('HH', 0), minute: part('mm', 0), second: part('ss', 0) }, timeZone);
}
