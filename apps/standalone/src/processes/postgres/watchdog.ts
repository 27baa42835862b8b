import { pause } from '@watchpost/shared/wait';
import { Client, DatabaseError } from 'pg';

export interface WatchdogTimes {
  /** Between two questions. */
  everyMs: number;
  /** How long the server may take to answer one. */
  answerMs: number;
  /** Between two checks that it can write, and how long one may take: writing hangs only where a disk or a process of the server does. */
  writeEveryMs: number;
  writeAnswerMs: number;
  /** So many times in a row without an answer are too many. */
  misses: number;
}

/** A busy or slow machine is left alone: 3 × 10 s without any answer, or 3 × 60 s in which nothing could be written. */
export const defaultWatchdogTimes: WatchdogTimes = {
  everyMs: 5_000,
  answerMs: 10_000,
  writeEveryMs: 30_000,
  writeAnswerMs: 60_000,
  misses: 3,
};

/** Reads nothing. */
const read = 'SELECT 1';
/** Leaves some bytes in the write-ahead log, and waits until they are on the disk. */
const write = "SELECT pg_logical_emit_message(true, 'watchpost', '')";

/**
 * Asks a server every few seconds, on new connections, and calls `onHung` when it has not answered several times in a row; then goes on
 * watching. Any answer is a sign of life, also that the server is starting (a recovery may take minutes), that it has no connection
 * left, or that the disk is full; except that it is shutting down, which is not for long. Resolves when `signal` aborts.
 */
export async function watchServer(
  url: string,
  times: WatchdogTimes,
  onHung: (what: string) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const { everyMs, answerMs, writeEveryMs, writeAnswerMs, misses } = times;
  let ending: Promise<void> | undefined;
  const watch = async (statement: string, waitMs: number, limitMs: number, what: string): Promise<void> => {
    let missed = 0;
    for (;;) {
      await pause(waitMs, signal);
      missed = (await answersStatement(url, statement, limitMs)) ? 0 : missed + 1;
      if (missed < misses || signal.aborted) continue;
      missed = 0;
      ending ??= onHung(what).finally(() => (ending = undefined));
      await ending;
    }
  };
  const both = [watch(read, everyMs, answerMs, 'does not answer'), watch(write, writeEveryMs, writeAnswerMs, 'answers but writes nothing')];
  await Promise.all(both).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}

async function answersStatement(url: string, statement: string, limitMs: number): Promise<boolean> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: limitMs, query_timeout: limitMs });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query(statement);
    return true;
  } catch (error) {
    return error instanceof DatabaseError && !error.message.includes('shutting down');
  } finally {
    // Not awaited: a server that hangs does not say goodbye.
    client.end().catch(() => undefined);
    client.connection?.stream?.destroy();
  }
}
