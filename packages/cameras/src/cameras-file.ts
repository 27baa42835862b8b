import { cameraName } from '@watchpost/shared/jobs/snapshot-job';
import {
  channelIdSetting,
  duration,
  group,
  must,
  notation,
  oneOrMore,
  orOff,
  timeZoneSetting,
  wholeNumberIn,
} from '@watchpost/shared/settings-file/parts';
import { z } from 'zod';
import { policies } from './camera-settings.ts';
import { patternFault } from './file-pattern.ts';
import { parseDailyHours, parseTimeOfDay } from './notation.ts';

const policySchema = z.enum(policies, must('now, digest or never'));

/** What may be set for each camera, and for all of them in `defaults`. */
const settings = {
  strangersNamedOneIn: wholeNumberIn(20, 1_000_000).optional(),
  smallestFacePx: wholeNumberIn(1, 2_000).optional(),
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

const pattern = z.string(must('a text in quotes, such as "front-*.jpg"')).superRefine((text, context) => {
  const fault = patternFault(text);
  if (fault !== null) context.addIssue(fault);
});

const cameraPattern = pattern.refine((text) => !text.includes('{camera}'), 'may have {camera} in namesFromFiles only');
const namingPattern = pattern.refine((text) => text.includes('{camera}'), 'must have {camera} where the name of the camera is');

const camera = z.strictObject(
  {
    name: notation(cameraName, 'a text that can be seen; numbers need quotes: "12"'),
    channel: oneOrMore(channelIdSetting, 100).optional(),
    files: oneOrMore(cameraPattern, 100).optional(),
    ...settings,
    masks: maskList.optional(),
  },
  must('a camera with a name and its settings'),
);

/** What may be set for one camera: what the console keeps of it. */
export const cameraSetSchema = group({ ...settings, masks: maskList.optional() });
/** The same as people write it: `90s`, `22:00-06:00`. */
export type WrittenCameraSet = z.input<typeof cameraSetSchema>;
export type CameraSet = z.output<typeof cameraSetSchema>;

/** The file with the settings of all cameras; docs/cameras.md explains each. */
export const camerasFileSchema = group({
  timeZone: timeZoneSetting.optional(),
  digest: orOff((text) => {
    const minute = parseTimeOfDay(text);
    return minute === 24 * 60 ? null : minute;
  }, 'a time of day such as "08:00"').optional(),
  namesFromFiles: oneOrMore(namingPattern, 100).optional(),
  defaults: group(settings).optional(),
  cameras: z.array(camera, must('a list of cameras')).max(1_000, 'may have 1,000 cameras at most').optional(),
});

export type CamerasFile = z.output<typeof camerasFileSchema>;
export type CameraEntry = NonNullable<CamerasFile['cameras']>[number];
