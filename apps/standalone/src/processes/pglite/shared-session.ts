import type { Logger } from '@watchpost/shared/observability/logger';
import { type Batch, type Client, createSessionState } from './session-state.ts';
import { createTurns } from './turns.ts';
import { message, queryMessage, type ReplyScan, scanReply } from './wire.ts';

/** The database: runs protocol messages to their end and gives the whole reply. */
export type Execute = (messages: Buffer) => Promise<Buffer>;

/**
 * Gives the one session of the database to one client at a time: for a batch, or for as long as the client is in a
 * transaction. Undoes what a batch did to the session that other connections would notice.
 */
export interface SharedSession {
  submit(client: Client, batch: Batch): void;
  /** The client is gone: rolls back its transaction, drops its statements and subscriptions. */
  leave(client: Client): void;
  /** Resolves when nothing runs any more; nothing new is taken. */
  close(): Promise<void>;
}

export interface SharedSessionOptions {
  execute: Execute;
  log: Logger;
  /** How long a client may hold a transaction open without sending anything, in milliseconds. */
  idleInTransactionMs: number;
  /** The database itself failed; nothing can run any more. */
  onBroken: (error: unknown) => void;
}

export function createSharedSession({ execute, log, idleInTransactionMs, onBroken }: SharedSessionOptions): SharedSession {
  const state = createSessionState();
  const turns = createTurns<Client>(onBroken);
  let idleTimer: NodeJS.Timeout | undefined;

  const run = async (messages: Buffer | undefined, drop = ''): Promise<ReplyScan | undefined> => {
    if (!messages) return undefined;
    const reply = scanReply(await execute(messages), drop);
    state.deliver(reply.notifications);
    return reply;
  };

  const abandon = async (): Promise<void> => {
    turns.holder = undefined;
    // The Sync ends what a client began with a Flush.
    await run(Buffer.concat([message('S'), queryMessage('ROLLBACK')]));
    await run(state.restore());
  };

  const runBatch = async (client: Client, batch: Batch): Promise<void> => {
    const reply = await run(state.admit(client, batch), batch.open ? 'Z' : '');
    if (reply) client.send(reply.rest);
    if (!batch.open && reply?.status === 'I') {
      turns.holder = undefined;
      await run(state.restore());
    } else if (state.has(client)) hold(client);
    else await abandon();
  };

  const hold = (client: Client): void => {
    turns.holder = client;
    clearTimeout(idleTimer);
    idleTimer = setTimeout(() => {
      if (turns.holder !== client || turns.hasWaiting(client)) return;
      log.warn({ connection: client.id, idleInTransactionMs }, 'rolled back a transaction that was left open');
      client.fail('25P03', 'terminating connection due to idle-in-transaction timeout');
      leave(client);
    }, idleInTransactionMs);
  };

  const leave = (client: Client): void => {
    if (!state.has(client)) return;
    turns.forget(client);
    const dropStatements = state.leave(client);
    turns.pushFirst(async () => {
      if (turns.holder === client) await abandon();
      await run(dropStatements);
      if (!turns.holder) await run(state.restore());
    });
  };

  return {
    submit: (client, batch) => {
      if (turns.closed) {
        client.fail('57P01', 'the embedded database is closing');
        return;
      }
      state.join(client);
      turns.push(client, async () => runBatch(client, batch));
    },
    leave,
    close: async () => {
      await turns.close();
      clearTimeout(idleTimer);
      if (turns.holder) await abandon();
    },
  };
}
