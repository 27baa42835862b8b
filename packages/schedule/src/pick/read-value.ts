import { shownText } from '@watchpost/shared/text';
import type { Value } from '../template.ts';
import { momentAt } from './wall-time.ts';

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

/** `CHF 1'234.50`, `1.234,50 €`, `−3 %`. */
function numberIn(text: string, decimal: '.' | ','): number | null {
  const [digits] = /[-+−]?\d[\d.,'’\u00A0\u202F ]*/.exec(text.slice(0, 200)) ?? [];
  if (digits === undefined) return null;
  const thousands = decimal === '.' ? /[,'’\u00A0\u202F ]/g : /[.'’\u00A0\u202F ]/g;
  const number = Number(digits.replaceAll(thousands, '').replace(decimal, '.').replace('−', '-').replace(/\.$/, ''));
  return Number.isFinite(number) ? number : null;
}

function dateIn(written: string | number, format: string | undefined, timeZone: string): string | null {
  const atMs =
    typeof written === 'number'
      ? written * (Math.abs(written) < 100_000_000_000 ? 1_000 : 1)
      : format === undefined
        ? Date.parse(written)
        : formattedMs(written, format, timeZone);
  return Number.isFinite(atMs) && Math.abs(atMs) < 8e14 ? new Date(atMs).toISOString() : null;
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
  const [hour, minute] = [part('HH', 0), part('mm', 0)];
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59) return Number.NaN;
  return momentAt({ year, month, day, hour, minute }, timeZone) + part('ss', 0) * 1_000;
}
