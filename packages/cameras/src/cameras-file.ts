import { cameraName } from '@watchpost/shared/jobs/snapshot-job';
import { z } from 'zod';
import { policies } from './camera-settings.ts';
import { patternFault } from './file-pattern.ts';
import { parseDailyHours, parseDuration, parseTimeOfDay } from './notation.ts';

/** A value that is missing has a fault of its own. */
const must = (what: string) => ({ error: (issue: { input?: unknown }) => (issue.input === undefined ? 'is missing' : `must be ${what}`) });

/** A text of a notation; `parse` returns null where it is none. */
const notation = <T>(parse: (text: string) => T | null, what: string) =>
  z.string(must(what)).transform((text, context): T => {
    const parsed = parse(text);
    if (parsed !== null) return parsed;
    context.addIssue(`must be ${what}`);
    return z.NEVER;
  });

const duration = (leastMs: number, mostMs: number, what: string) =>
  notation((text) => {
    const ms = parseDuration(text);
    return ms !== null && ms >= leastMs && ms <= mostMs ? ms : null;
  }, what);

const wholeNumber = (least: number, most: number) => {
  const error = must(`a whole number from ${String(least)} to ${String(most)}`);
  return z.number(error).int(error).min(least, error).max(most, error);
};

/** `off` says that there is none. */
const orOff = <T>(parse: (text: string) => T | null, what: string) =>
  notation((text) => {
    if (text.trim().toLowerCase() === 'off') return { on: null };
    const parsed = parse(text);
    return parsed === null ? null : { on: parsed };
  }, `${what}, or off`).transform(({ on }): T | null => on);

/** One value, or a list of them. */
const oneOrMore = <S extends z.ZodType<string>>(each: S, most: number) =>
  z.preprocess(
    (value) => (Array.isArray(value) ? value : [value]),
    z
      .array(each)
      .min(1, 'must name at least one')
      .max(most, `may name ${String(most)} at most`),
  );

const policySchema = z.enum(policies, must('now, digest or never'));
const group = <S extends z.ZodRawShape>(shape: S) => z.strictObject(shape, must('a group of settings'));

/** What may be set for each camera, and for all of them in `defaults`. */
const settings = {
  strangersNamedOneIn: wholeNumber(20, 1_000_000).optional(),
  smallestFacePx: wholeNumber(1, 2_000).optional(),
  policy: group({ named: policySchema.optional(), unknown: policySchema.optional(), ignored: policySchema.optional() }).optional(),
  quietHours: orOff(parseDailyHours, 'two times of day such as "22:00-06:00"').optional(),
  visit: group({
    window: duration(1_000, 3_600_000, 'a duration from 1s to 1h, such as 90s').optional(),
    longest: duration(1_000, 86_400_000, 'a duration from 1s to 24h, such as 10m').optional(),
  }).optional(),
  cooldown: duration(0, 86_400_000, 'a duration up to 24h, such as 5m; 0s for none').optional(),
};

const share = z.number(must('a number from 0 to 1')).min(0, must('a number from 0 to 1')).max(1, must('a number from 0 to 1'));
const point = z.tuple([share, share], must('a point: [x, y]'));
const maskList = z
  .array(
    z.array(point, must('a list of points')).min(3, 'must have at least 3 points').max(100, 'may have 100 points at most'),
    must('a list of polygons'),
  )
  .max(50, 'may have 50 polygons at most');

const channel = z
  .string(must("a channel's id, such as C0123ABCDEF"))
  .regex(/^(\w{1,20}:)?[\w.-]{1,80}$/, "must be a channel's id, such as C0123ABCDEF, not its name");

const pattern = z.string(must('a text in quotes, such as "front-*.jpg"')).superRefine((text, context) => {
  const fault = patternFault(text);
  if (fault !== null) context.addIssue(fault);
});

const cameraPattern = pattern.refine((text) => !text.includes('{camera}'), 'may have {camera} in namesFromFiles only');
const namingPattern = pattern.refine((text) => text.includes('{camera}'), 'must have {camera} where the name of the camera is');

const camera = z.strictObject(
  {
    name: notation(cameraName, 'a text that can be seen; numbers need quotes: "12"'),
    channel: oneOrMore(channel, 100).optional(),
    files: oneOrMore(cameraPattern, 100).optional(),
    ...settings,
    masks: maskList.optional(),
  },
  must('a camera with a name and its settings'),
);

const isTimeZone = (zone: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).format() !== '';
  } catch {
    return false;
  }
};

/** The file with the settings of all cameras; docs/cameras.md explains each. */
export const camerasFileSchema = group({
  timeZone: z.string(must('a time zone such as Europe/Berlin')).refine(isTimeZone, 'must be a time zone such as Europe/Berlin').optional(),
  digest: orOff((text) => {
    const minute = parseTimeOfDay(text);
    return minute === 24 * 60 ? null : minute;
  }, 'a time of day such as "08:00"').optional(),
  namesFromFiles: oneOrMore(namingPattern, 100).optional(),
  defaults: group(settings).optional(),
  cameras: z.array(camera, must('a list of cameras')).max(1_000, 'may have 1,000 cameras at most').optional(),
});

/** The names of the settings at a place of the file: the nearest named group above them. */
export function settingsAt(path: readonly PropertyKey[]): string[] {
  const place = path.findLast((part) => typeof part === 'string');
  if (place === 'policy' || place === 'visit') return Object.keys(settings[place].unwrap().shape);
  if (place === 'defaults') return Object.keys(settings);
  return Object.keys(place === 'cameras' ? camera.shape : camerasFileSchema.shape);
}

export type CamerasFile = z.output<typeof camerasFileSchema>;
export type CameraEntry = NonNullable<CamerasFile['cameras']>[number];
