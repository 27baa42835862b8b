import { AppError } from '@watchpost/shared/errors';
import { withSecretFiles } from '@watchpost/shared/config/secret-files';
import { createLogger } from '@watchpost/shared/observability/logger';
import { fileOutput } from '@watchpost/shared/observability/standard-output';
import { runProcess } from '@watchpost/shared/process/run-process';
import { launch } from './launch.ts';
import { inWords, readable } from './processes/child-lines.ts';
import { readLauncherArgs, usage, type LauncherArgs } from './usage.ts';

/**
 * `npm start`. It writes its own messages to standard error. Standard output has the log lines of the processes, as JSON, or readable
 * on a terminal and in the demonstration. `gone` aborts when whoever started it is gone: then everything stops.
 */
export async function runLauncher(args: string[], gone?: AbortSignal): Promise<void> {
  const write = fileOutput(1) ?? ((text: string) => void process.stdout.write(text));
  const tell = fileOutput(2) ?? ((text: string) => void process.stderr.write(text));
  const say = (text: string): void => tell(text === '' ? '\n' : `watchpost: ${text}\n`);
  let options: LauncherArgs;
  try {
    options = readLauncherArgs(args);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    process.stderr.write(`watchpost: ${error.code}: ${error.message}\n\n${usage}\n`);
    process.exitCode = 2;
    return;
  }
  if (options.help) {
    process.stdout.write(`${usage}\n`);
    return;
  }
  // The terminal may close before we exit; then output is lost, and nothing else.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

  let forPeople = process.stdout.isTTY;
  const log = createLogger('launcher', 'info', { write: (line) => say(inWords(line)) });
  // The processes have their own grace period; this one only bounds the wait for them.
  await runProcess({ log, graceMs: 600_000, signals: ['SIGINT', 'SIGTERM', 'SIGHUP'], gone }, async (lifecycle, fail) =>
    launch({
      env: withSecretFiles(process.env),
      demo: options.demo,
      // As a signal does: what is running is finished.
      onDrained: options.drain ? () => void process.kill(process.pid, 'SIGTERM') : undefined,
      lifecycle,
      say,
      onLine: (name, line) => write(`${forPeople ? readable(name, line) : line}\n`),
      onPlan: (plan) => {
        forPeople ||= plan.demo !== false;
      },
      onGivenUp: fail,
    }),
  );
}
