import { createLogger, redactSecrets } from '@watchpost/shared/observability/logger';
import type { Env } from '@watchpost/shared/config/parse-env';
import { toAppError } from '@watchpost/shared/errors';
import { raceAbort, throwIfAborted, within } from '@watchpost/shared/wait';
import { readDoctorConfig } from './config.ts';
import { reportTo, type Check, type Finding } from './finding.ts';
import { keyChecks } from './keys.ts';
import { cpuChecks } from './machine/cpu.ts';
import { diskChecks } from './machine/disk.ts';
import { memoryChecks } from './machine/memory.ts';
import { modelChecks } from './machine/models.ts';
import { portChecks } from './machine/ports.ts';
import { runtimeChecks } from './machine/runtime.ts';
import { toolChecks } from './machine/tools.ts';
import { slackChecks } from './platforms/slack.ts';
import { slackDoorChecks } from './platforms/slack-doors.ts';
import { telegramChecks } from './platforms/telegram.ts';
import { settingsFileChecks } from './settings-files.ts';
import { mongoChecks } from './stores/mongo.ts';
import { postgresChecks } from './stores/postgres.ts';
import { redisChecks } from './stores/redis.ts';

export interface DoctorDeps {
  /** The variables of the processes that are to be examined. */
  env: Env;
  /** Our clock, milliseconds since 1970. Default: Date.now. */
  now?: () => number;
  /** What these are the variables of. `worker`: what only ingest needs is missing, and is no fault. Default `all`. */
  part?: 'all' | 'worker';
  /** For each check, milliseconds. Default 8,000. */
  limitMs?: number;
}

/**
 * Examines an installation: its variables, its platforms, queue and databases, its files and this machine. All checks run at the same time; one
 * that fails or hangs is a finding, and stops no other. Changes nothing. Rejects with `aborted` only.
 */
export async function runDoctor(
  { env, part = 'all', now = Date.now, limitMs = 8_000 }: DoctorDeps,
  signal: AbortSignal,
): Promise<Finding[]> {
  const ofConfig: Finding[] = [];
  const config = readDoctorConfig(env, part, reportTo(ofConfig));
  const log = createLogger('doctor', 'silent');
  const checks = [
    ...slackChecks(config),
    ...(part === 'all' ? slackDoorChecks(config, now) : []),
    ...telegramChecks(config, { log, now, part }),
    ...redisChecks(config),
    ...mongoChecks(config),
    ...postgresChecks(config),
    ...keyChecks(config),
    ...settingsFileChecks(config),
    ...modelChecks(config),
    ...cpuChecks(config),
    ...memoryChecks(config),
    ...diskChecks(config),
    ...runtimeChecks(config),
    ...toolChecks(config),
    ...(part === 'all' ? portChecks(config) : []),
  ];
  const found = await Promise.all(checks.map(async (check) => runCheck(check, limitMs, signal)));
  return [...ofConfig, ...found.flat()].map((finding) => ({ ...finding, says: redactSecrets(finding.says) }));
}

/** What one check finds; that it failed, or that it did not end in time, is one more finding. */
export async function runCheck({ id, repair, examine }: Check, limitMs: number, signal: AbortSignal): Promise<Finding[]> {
  const findings: Finding[] = [];
  const report = reportTo(findings);
  const limited = within(signal, limitMs);
  try {
    await raceAbort(examine(report, limited), limited);
  } catch (error) {
    throwIfAborted(signal);
    if (limited.aborted) report.fault(id, `no answer within ${String(limitMs / 1_000)} s`, repair);
    else report.fault(id, toAppError(error).message, repair);
  }
  // A check that goes on after it was cut off is not heard any more.
  return [...findings];
}
