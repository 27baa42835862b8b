import { runProcess } from '@watchpost/shared/process/run-process';
import { createLogger } from '@watchpost/shared/observability/logger';
import { inWords, readable } from './processes/child-lines.ts';
import { launch } from './launch.ts';

// `npm start`. It writes its own messages to standard error. Standard output has the log lines of the processes, as JSON,
// or readable on a terminal.
const say = (text: string): void => void process.stderr.write(text === '' ? '\n' : `watchpost: ${text}\n`);
const forPeople = process.stdout.isTTY || !process.env['SLACK_API_TOKEN'];
const onLine = (processName: string, line: string): void =>
  void process.stdout.write(`${forPeople ? readable(processName, line) : line}\n`);

// The terminal may close before we exit; then output is lost, and nothing else.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

const log = createLogger('launcher', 'info', { write: (line) => say(inWords(line)) });
// The processes have their own grace period; this one only bounds the wait for them.
await runProcess({ log, graceMs: 600_000, signals: ['SIGINT', 'SIGTERM', 'SIGHUP'] }, async (lifecycle, fail) =>
  launch({ env: process.env, lifecycle, say, onLine, onGivenUp: fail }),
);
