import {
  channelIdSetting,
  duration,
  group,
  must,
  notation,
  oneOrMore,
  parseDuration,
  timeZoneSetting,
  wholeNumberIn,
} from '@watchpost/shared/settings-file/parts';
import { parseUrl } from '@watchpost/shared/parse-url';
import { z } from 'zod';
import { cronFault } from './cron-fault.ts';
import { jobConflicts } from './job-conflicts.ts';

const dayMs = 86_400_000;

const text = (most: number) =>
  z
    .string(must('a text'))
    .trim()
    .min(1, 'must not be empty')
    .max(most, `may have ${String(most)} characters at most`);

export const jobName = z
  .string(must('a name'))
  .regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'must have a-z, 0-9 and - only, and begin with a letter or digit');

export const collectionName = z
  .string(must('the name of a collection'))
  .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'must have a-z, 0-9 and - only, 40 characters at most');

const fieldName = z
  .string(must('the name of a field'))
  .regex(/^[a-z][a-zA-Z0-9_]{0,39}$/, 'must begin with a small letter, with letters, digits and _ only');

const cron = z.string(must('a cron pattern such as "0 7 * * *"')).superRefine((pattern, context) => {
  const fault = cronFault(pattern);
  if (fault !== null) context.addIssue(fault);
});

const place = text(500);
const field = z.union(
  [
    place.transform((at) => ({ at, as: 'text' as const, decimal: '.' as const, attribute: undefined, format: undefined })),
    group({
      at: place.optional(),
      attribute: z
        .string(must('the name of an attribute'))
        .regex(/^[\w:-]{1,60}$/, 'must be the name of an attribute')
        .optional(),
      as: z.enum(['text', 'number', 'date'], must('text, number or date')).default('text'),
      decimal: z.enum(['.', ','], must('"." or ","')).default('.'),
      format: z
        .string(must('a format such as dd.MM.yyyy'))
        .regex(/^(?:yyyy|MM|dd|HH|mm|ss|[^a-zA-Z]){1,20}$/, 'must be made of yyyy, MM, dd, HH, mm and ss, such as dd.MM.yyyy')
        .optional(),
    }),
  ],
  must('where the value is, or a group with at and as'),
);

const fetch = group({
  url: z
    .string(must('an address'))
    .max(2_000, 'may have 2,000 characters at most')
    .refine((url) => ['http:', 'https:'].includes(parseUrl(url)?.protocol ?? ''), 'must be an address such as https://example.org/feed')
    .refine((url) => parseUrl(url)?.username === '' && parseUrl(url)?.password === '', 'must hold no password: use headers with a secret'),
  as: z.enum(['feed', 'json', 'html', 'text'], must('feed, json, html or text')),
  headers: z
    .record(
      z.string().regex(/^[A-Za-z0-9-]{1,60}$/, 'must be the name of a header'),
      z
        .string(must('a text'))
        .max(2_000)
        .regex(/^[\t\x20-\x7E]*$/, 'must be of one line'),
    )
    .optional(),
  timeout: duration(1_000, 60_000, 'a duration from 1s to 60s').default(20_000),
});

const pick = group({
  items: place.optional(),
  fields: z
    .record(fieldName, field, must('fields by name'))
    .refine((fields) => Object.keys(fields).length <= 30, 'may have 30 fields')
    .optional(),
  most: wholeNumberIn(1, 200).default(50),
});

/** So many of the newest, or so long. */
const keep = z.union(
  [
    wholeNumberIn(1, 10_000).transform((items) => ({ items, ms: null })),
    notation((written) => {
      const ms = parseDuration(written);
      return ms !== null && ms >= dayMs && ms <= 3_660 * dayMs ? { items: null, ms } : null;
    }, 'a number of items, or a duration such as 90d'),
  ],
  must('a number of items, or a duration such as 90d'),
);

const store = group({
  into: collectionName,
  key: oneOrMore(fieldName, 5).optional(),
  keep: keep.prefault('365d'),
});

const chart = group({
  of: collectionName,
  value: fieldName,
  by: fieldName.optional(),
  days: wholeNumberIn(1, 3_660).default(30),
  title: text(100).optional(),
});

const between = notation((written) => {
  const [, fromHour, fromMinute, toHour, toMinute] =
    /^([01]?\d|2[0-4]):([0-5]\d) ?- ?([01]?\d|2[0-4]):([0-5]\d)$/.exec(written.trim()) ?? [];
  const from = Number(fromHour) * 60 + Number(fromMinute);
  const to = Number(toHour) * 60 + Number(toMinute);
  return Number.isFinite(from) && Number.isFinite(to) && from <= 1_440 && to <= 1_440 && from !== to ? { from, to } : null;
}, 'two times of day such as 07:00-22:00');

const telling = {
  text: text(2_000).optional(),
  item: text(2_000).optional(),
  when: z.enum(['new', 'always'], must('new or always')).optional(),
  between: between.optional(),
  most: wholeNumberIn(1, 50).optional(),
};

const post = group({
  to: oneOrMore(channelIdSetting.regex(/:/, 'must name its platform too, before a colon'), 10),
  chart: chart.optional(),
  ...telling,
});
const address = z.email('must be a mail address').max(320);
const mail = group({ to: oneOrMore(address, 20), subject: text(200), ...telling });

const job = z
  .strictObject(
    {
      name: jobName,
      cron: cron.optional(),
      every: duration(60_000, 30 * dayMs, 'a duration from 1m to 30d').optional(),
      timeZone: timeZoneSetting.optional(),
      late: duration(0, dayMs, 'a duration up to 1d').default(3_600_000),
      fetch: fetch.optional(),
      numbers: z.literal('own', must('own')).optional(),
      pick: pick.optional(),
      store: store.optional(),
      post: post.optional(),
      mail: mail.optional(),
    },
    must('a job with its settings'),
  )
  .superRefine((settings, context) => {
    for (const { path, message } of jobConflicts(settings)) context.addIssue({ code: 'custom', path: [...path], message });
  });

/** The file with all jobs on a schedule; docs/schedule.md explains each setting. */
export const scheduleFileSchema = group({
  timeZone: timeZoneSetting.optional(),
  jobs: z.array(job, must('a list of jobs')).max(200, 'may have 200 jobs at most').optional(),
});

/** What a file without faults says. */
export type ScheduleFile = z.output<typeof scheduleFileSchema>;
/** What it says of one job. */
export type JobSettings = NonNullable<ScheduleFile['jobs']>[number];
export type FetchSettings = NonNullable<JobSettings['fetch']>;
export type PickSettings = NonNullable<JobSettings['pick']>;
export type FieldSettings = NonNullable<PickSettings['fields']>[string];
export type StoreSettings = NonNullable<JobSettings['store']>;
export type PostSettings = NonNullable<JobSettings['post']>;
export type MailSettings = NonNullable<JobSettings['mail']>;
export type ChartSettings = NonNullable<PostSettings['chart']>;
