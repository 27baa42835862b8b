import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { AppError, errorCodes, type ErrorCode } from '@watchpost/shared/errors';
import { z } from 'zod';

/** First message to the process: what to serve. It goes over IPC, as command lines and environments can be read by others. */
export const databaseOrderSchema = z.object({
  dataDir: z.string().optional(),
  port: z.number().int(),
  password: z.string().optional(),
  logLevel: z.string(),
  idleInTransactionMs: z.number().int().optional(),
});
export type DatabaseOrder = z.output<typeof databaseOrderSchema>;

/** Its answer. */
export const databaseAnswerSchema = z.union([z.object({ url: z.string() }), z.object({ code: z.string(), message: z.string() })]);

export interface DatabaseProcess {
  url: string;
  process: ChildProcess;
  /** Resolves when it has ended. */
  exited: Promise<void>;
  /** Stops it in order; resolves when it has ended. */
  stop(): Promise<void>;
}

/**
 * Runs the embedded database in a process of its own: a statement blocks the event loop of the process it runs in.
 * The process ends by itself when this one is gone. Rejects as `startPgliteServer` does.
 */
export async function startDatabaseProcess(order: DatabaseOrder): Promise<DatabaseProcess> {
  const child = fork(fileURLToPath(new URL('database-main.js', import.meta.url)), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    detached: true,
  });
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => {
      resolve();
    });
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      reject(new AppError('embedded-database-failed', `the embedded database ended with exit code ${String(code)}`));
    });
    child.once('message', (message) => {
      const answer = databaseAnswerSchema.parse(message);
      if ('url' in answer) resolve(answer.url);
      else reject(new AppError(isErrorCode(answer.code) ? answer.code : 'embedded-database-failed', answer.message));
    });
    child.send(order);
  });
  return {
    url,
    process: child,
    exited,
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      await exited;
    },
  };
}

const isErrorCode = (code: string): code is ErrorCode => code in errorCodes;
