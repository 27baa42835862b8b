import { camerasEnv } from '@watchpost/cameras/config';
import { convertEnv } from '@watchpost/convert/config';
import { feedsEnv } from '@watchpost/feeds/config';
import { galleryEnv, galleryIndexFaults } from '@watchpost/gallery/config';
import { mailEnv, mailFaults } from '@watchpost/mail/config';
import { outsideEnv } from '@watchpost/outside/config';
import { privacyEnv } from '@watchpost/privacy/config';
import { rulesEnv } from '@watchpost/rules/config';
import { scheduleEnv } from '@watchpost/schedule/config';
import { seeEnv } from '@watchpost/see/config';
import { commonEnv, hostEnv, portEnv, publicUrlEnv, queueFaults, storageEnv } from '@watchpost/shared/config/common';
import { parseEnv, wholeNumber, type ConfigOf, type Env, type EnvShape } from '@watchpost/shared/config/parse-env';
import { tracingEnv } from '@watchpost/shared/config/tracing';
import { toAppError } from '@watchpost/shared/errors';
import { slackFaults, slackIntakeEnv, slackIntakeFaults, slackWorkerEnv } from '@watchpost/slack/config';
import { telegramIntakeEnv, telegramIntakeFaults, telegramWorkerEnv } from '@watchpost/telegram/config';
import { talkEnv } from '@watchpost/talk/config';
import { z } from 'zod';
import type { Report } from './finding.ts';

const slackShape = { ...slackWorkerEnv, ...slackIntakeEnv };
const telegramShape = { ...telegramWorkerEnv, ...telegramIntakeEnv };
const machineShape = {
  ...seeEnv,
  ...convertEnv,
  ...portEnv,
  ...hostEnv,
  DATA_DIR: z.string().default('./data'),
  FEED_MAX_READERS: wholeNumber(1, 1_000_000).default(10_000),
};
const filesShape = { ...camerasEnv, ...feedsEnv, ...scheduleEnv, ...publicUrlEnv };

/** The variables, a group each; null: those of the group are faulty. */
export interface DoctorConfig {
  slack: ConfigOf<typeof slackShape> | null;
  telegram: ConfigOf<typeof telegramShape> | null;
  storage: ConfigOf<typeof storageEnv> | null;
  keys: ConfigOf<typeof rulesEnv> | null;
  files: ConfigOf<typeof filesShape> | null;
  machine: ConfigOf<typeof machineShape> | null;
}

const config = 'config';
const repair = 'correct the variable: docs/configuration.md says what it takes';

/** Reads the variables. Each fault is a finding; what does not depend on it is examined nevertheless. */
export function readDoctorConfig(env: Env, part: 'all' | 'worker', report: Report): DoctorConfig {
  const faults = new Set<string>();
  const group = <S extends EnvShape>(shape: S, check?: (values: ConfigOf<S>) => string[]): ConfigOf<S> | null => {
    try {
      return parseEnv(env, shape, check);
    } catch (error) {
      const lines = toAppError(error).message.split('\n');
      // A variable may be in several groups.
      for (const line of lines.filter((each) => !faults.has(each))) report.fault(config, line, repair);
      for (const line of lines) faults.add(line);
      return null;
    }
  };
  for (const shape of [commonEnv, galleryEnv, privacyEnv, outsideEnv, talkEnv, tracingEnv]) group<EnvShape>(shape);
  group(mailEnv, mailFaults);
  group({ GALLERY_INDEX: galleryEnv.GALLERY_INDEX, MONGO_CONNECTION_STRING: storageEnv.MONGO_CONNECTION_STRING }, galleryIndexFaults);
  const read: DoctorConfig = {
    slack: group(slackShape, (values) => [...new Set([...slackFaults(values), ...(part === 'all' ? slackIntakeFaults(values) : [])])]),
    telegram: group(telegramShape, part === 'all' ? telegramIntakeFaults : undefined),
    storage: group(storageEnv, (values) => (values.REDIS_URL ? queueFaults(values) : [])),
    keys: group(rulesEnv),
    files: group(filesShape),
    machine: group(machineShape),
  };
  if (faults.size === 0) report.ok(config, 'all variables can be read');
  const { slack, telegram } = read;
  if (slack && telegram && slack.SLACK_API_TOKEN === undefined && telegram.TELEGRAM_BOT_TOKEN === undefined)
    report.note('config.platform', 'neither Slack nor Telegram is configured: `npm start` runs the demonstration');
  return read;
}
