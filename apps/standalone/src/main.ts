import { AppError, toAppError } from '@watchpost/shared/errors';
import { createLifecycle } from '@watchpost/shared/lifecycle';
import { createLogger } from '@watchpost/shared/observability/logger';
import { readable } from './processes/child-lines.ts';
import { launch } from './launch.ts';

// `npm start`. What it says itself goes to standard error; standard output carries the log lines of the processes,
// as JSON, or made readable on a terminal.
const say = (text: string): void => void process.stderr.write(text === '' ? '\n' : `watchpost: ${text}\n`);
const forPeople = process.stdout.isTTY || !process.env['SLACK_API_TOKEN'];
const onLine = (processName: string, line: string): void =>
  void process.stdout.write(`${forPeople ? readable(processName, line) : line}\n`);

// The processes have their own time to finish; this only ends the waiting for them.
const lifecycle = createLifecycle({ log: createLogger('launcher', 'silent'), graceMs: 600_000 });

async function stop(reason: string, exitCode: number): Promise<void> {
  process.exitCode ??= exitCode;
  if (lifecycle.stopping.aborted) say('stopping at once');
  else say(`stopping (${reason})`);
  await lifecycle.stop(reason);
  say('stopped');
  process.exit();
}

function fail(thrown: unknown): void {
  if (lifecycle.stopping.aborted) return;
  const error = toAppError(thrown);
  say(`${error.code}: ${error.message}${error.cause instanceof Error ? ` (${error.cause.message})` : ''}`);
  if (!(thrown instanceof AppError) && error.cause instanceof Error) say(error.cause.stack ?? '');
  void stop('it failed', 1);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop(signal, 0));
process.on('unhandledRejection', fail);
// The terminal may be gone before we are: what is said then is lost, nothing else.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

try {
  await launch({ env: process.env, lifecycle, say, onLine, onGivenUp: fail });
} catch (error) {
  fail(error);
}
