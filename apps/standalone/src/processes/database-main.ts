import { AppError, toAppError } from '@watchpost/shared/errors';
import { createLogger, logLevels } from '@watchpost/shared/observability/logger';
import { databaseOrderSchema } from './database-process.ts';
import { type PgliteServer, startPgliteServer } from './pglite-server.ts';

// The process that holds the embedded database; see database-process.ts. It has no signal handler of its own for Ctrl-C:
// the launcher stops it last, when nobody needs it any more.
let server: Promise<PgliteServer> | undefined;

process.on('SIGINT', () => undefined);
process.once('SIGTERM', () => void stop());
// The launcher is gone, whatever happened to it.
process.once('disconnect', () => void stop());
process.once('message', (message) => {
  const { logLevel, dataDir, ...order } = databaseOrderSchema.parse(message);
  const log = createLogger('database', logLevels.find((level) => level === logLevel) ?? 'info');
  server = startPgliteServer(
    {
      dataDir,
      host: '127.0.0.1',
      port: order.port,
      ...(order.password === undefined ? {} : { password: order.password }),
      ...(order.idleInTransactionMs === undefined ? {} : { idleInTransactionMs: order.idleInTransactionMs }),
    },
    log,
  );
  server.then(
    ({ url }) => process.send?.({ url }),
    (thrown: unknown) => {
      const error = toAppError(thrown);
      const cause = error.cause instanceof Error ? `: ${error.cause.message}` : '';
      process.send?.({ code: error.code, message: `${error.message}${cause}` }, undefined, {}, () => process.exit(1));
    },
  );
});

async function stop(): Promise<void> {
  try {
    await (await server)?.close();
    process.exit(0);
  } catch (error) {
    process.exit(error instanceof AppError ? 1 : 2);
  }
}
