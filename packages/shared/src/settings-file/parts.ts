import { z } from 'zod';

/** A value that is missing has a fault of its own. */
export const must = (what: string) => ({
  error: (issue: { input?: unknown }) => (issue.input === undefined ? 'is missing' : `must be ${what}`),
});

/** A text of a notation; `parse` returns null where it is none. */
export const notation = <T>(parse: (text: string) => T | null, what: string) =>
  z.string(must(what)).transform((text, context): T => {
    const parsed = parse(text);
    if (parsed !== null) return parsed;
    context.addIssue(`must be ${what}`);
    return z.NEVER;
  });

const unitMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** "90s", "10m", "2h" or "30d" in milliseconds; null: it is no duration. */
export function parseDuration(text: string): number | null {
  const [, count, unit] = /^(\d{1,6}) ?([smhd])$/.exec(text.trim()) ?? [];
  return unit === 's' || unit === 'm' || unit === 'h' || unit === 'd' ? Number(count) * unitMs[unit] : null;
}

/** A duration such as "90s", in milliseconds. */
export const duration = (leastMs: number, mostMs: number, what: string) =>
  notation((text) => {
    const ms = parseDuration(text);
    return ms !== null && ms >= leastMs && ms <= mostMs ? ms : null;
  }, what);

export const wholeNumberIn = (least: number, most: number) => {
  const error = must(`a whole number from ${String(least)} to ${String(most)}`);
  return z.number(error).int(error).min(least, error).max(most, error);
};

/** `off` says that there is none. */
export const orOff = <T>(parse: (text: string) => T | null, what: string) =>
  notation((text) => {
    if (text.trim().toLowerCase() === 'off') return { on: null };
    const parsed = parse(text);
    return parsed === null ? null : { on: parsed };
  }, `${what}, or off`).transform(({ on }): T | null => on);

/** One value, or a list of them. */
export const oneOrMore = <S extends z.ZodType<string>>(each: S, most: number) =>
  z.preprocess(
    (value) => (Array.isArray(value) ? value : [value]),
    z
      .array(each)
      .min(1, 'must name at least one')
      .max(most, `may name ${String(most)} at most`),
  );

/** Settings under one name. Others than these are faults. */
export const group = <S extends z.ZodRawShape>(shape: S) => z.strictObject(shape, must('a group of settings'));

/** A channel's id, with or without its platform. */
export const channelIdSetting = z
  .string(must("a channel's id, such as C0123ABCDEF"))
  .regex(/^(\w{1,20}:)?[\w.-]{1,80}$/, "must be a channel's id, such as C0123ABCDEF, not its name");

const isTimeZone = (zone: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).format() !== '';
  } catch {
    return false;
  }
};

/** `Europe/Berlin`. */
export const timeZoneSetting = z
  .string(must('a time zone such as Europe/Berlin'))
  .refine(isTimeZone, 'must be a time zone such as Europe/Berlin');
