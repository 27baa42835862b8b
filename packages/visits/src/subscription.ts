import type { DailyHours } from '@watchpost/cameras/camera-settings';
import { nameKey } from '@watchpost/gallery/names';
import { z } from 'zod';
import { showMinute } from './daily-hours.ts';

const whoSchema = z.discriminatedUnion('kind', [
  /** Without a name: whoever is forgotten leaves none here. */
  z.object({ kind: z.literal('person'), personId: z.string() }),
  z.object({ kind: z.literal('unknown') }),
  z.object({ kind: z.literal('anybody') }),
]);

/** What a member of the chat platform wants to be told of. */
export const subscriptionSchema = z.object({
  /** By which the member stops it: no number is used twice. */
  number: z.number().int().positive(),
  who: whoSchema,
  /** Null: any. */
  camera: z.string().nullable(),
  /** Null: at any time. */
  hours: z.object({ fromMinute: z.number().int(), toMinute: z.number().int() }).nullable(),
});
export type Subscription = z.infer<typeof subscriptionSchema>;

/** A wish as somebody typed it: `who` is a name, `anybody` or `unknown`. */
export interface Wish {
  who: string;
  camera: string | null;
  hours: DailyHours | null;
}

const time = String.raw`(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm)?`;
const wishPattern = new RegExp(
  String.raw`^(?:tell me )?when (.{1,400}?) (?:comes|appears|is seen|is)(?: (?:to|at|by|near) (.{1,400}?))?(?:,? (?:between|from) ${time} (?:and|to|until|till) ${time})?[.!]?$`,
  'iu',
);
const anybody = new Set(['anybody', 'anyone', 'somebody', 'someone', 'everybody', 'everyone']);
const unknown = new Set(['unknown', 'an unknown', 'unknowns', 'a stranger', 'strangers', 'somebody unknown', 'someone unknown']);
const anywhere = new Set(['any camera', 'anywhere', 'all cameras']);

/** Reads `when Ada comes to Front door between 22:00 and 6:00`; camera and hours may be left out. Null if it is something else. Pure. */
export function parseSubscription(text: string): Wish | null {
  const found = wishPattern.exec(text.trim().replaceAll(/\s+/g, ' '));
  if (!found) return null;
  const [, name = '', place, ...times] = found;
  const camera = place === undefined || anywhere.has(nameKey(place)) ? null : unquoted(place);
  const who = nameKey(name);
  const wish = { who: anybody.has(who) ? 'anybody' : unknown.has(who) ? 'unknown' : unquoted(name), camera };
  if (wish.who === '' || camera === '') return null;
  if (times[0] === undefined) return { ...wish, hours: null };
  const [fromMinute, toMinute] = [minuteOf(times[0], times[1], times[2]), minuteOf(times[3], times[4], times[5])];
  return fromMinute === null || toMinute === null || fromMinute === toMinute ? null : { ...wish, hours: { fromMinute, toMinute } };
}

const unquoted = (text: string): string => /^["“'‘](.*)["”'’]$/u.exec(text)?.[1]?.trim() ?? text;

/** Null: no such time. */
function minuteOf(hours: string | undefined, minutes: string | undefined, half: string | undefined): number | null {
  const [hour, minute] = [Number(hours), Number(minutes ?? 0)];
  if (minute > 59) return null;
  if (half === undefined) return hour < 24 || (hour === 24 && minute === 0) ? (hour % 24) * 60 + minute : null;
  if (hour < 1 || hour > 12) return null;
  return ((hour % 12) + (half.toLowerCase() === 'pm' ? 12 : 0)) * 60 + minute;
}

/** In words: `when Ada comes to Front door, 22:00–06:00`. `name`: of its person, if it has one. */
export function describeSubscription({ who, camera, hours }: Omit<Subscription, 'number'>, name: string): string {
  const whom = who.kind === 'person' ? name : who.kind === 'unknown' ? 'an unknown' : 'anybody';
  const where = camera === null ? '' : ` to ${camera}`;
  const times = hours === null ? '' : `, ${showMinute(hours.fromMinute)}–${showMinute(hours.toMinute)}`;
  return `when ${whom} comes${where}${times}`;
}
