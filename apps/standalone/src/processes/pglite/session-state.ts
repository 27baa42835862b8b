import { changesSettings, quoteIdentifier, refusal, subscriptions } from './sql-guard.ts';
import { closeStatement, type StatementUse } from './statement-names.ts';
import { message, queryMessage, type ReplyScan } from './wire.ts';

/** One connection, as the session sees it. */
export interface Client {
  readonly id: number;
  send(reply: Buffer): void;
  /** Ends the connection with an error; `sqlState` as in PostgreSQL's appendix A. */
  fail(sqlState: string, reason: string): void;
}

/** What a client sent up to and with a Sync, a simple query or a Flush. */
export interface Batch {
  messages: StatementUse[];
  /** Ended by Flush: the client will send more before it sends its Sync. */
  open: boolean;
}

/** What the connections have made of the one session: their statements, their subscriptions, changed settings. */
export interface SessionState {
  join(client: Client): void;
  has(client: Client): boolean;
  /** Forgets a client; the answer drops its statements, undefined when it has none. */
  leave(client: Client): Buffer | undefined;
  /** What to send for a batch: the batch, or a statement that fails with the reason why it is refused. */
  admit(client: Client, batch: Batch): Buffer;
  deliver(notifications: ReplyScan['notifications']): void;
  /** What puts the session back in order between transactions, undefined when nothing is to be done. */
  restore(): Buffer | undefined;
}

interface ClientState {
  client: Client;
  statements: Set<string>;
  channels: Set<string>;
}

export function createSessionState(): SessionState {
  const states = new Map<number, ClientState>();
  let unnamedOwner: number | undefined;
  let settingsChanged = false;
  let listeningChanged = false;

  const note = (state: ClientState, use: StatementUse): void => {
    if (use.made) state.statements.add(use.made);
    if (use.closed) state.statements.delete(use.closed);
    if (use.sql === undefined) return;
    // A simple query drops the unnamed statement, a Parse without a name replaces it.
    if (!use.made) unnamedOwner = use.makesUnnamed ? state.client.id : undefined;
    settingsChanged ||= changesSettings(use.sql);
    for (const { listen, channel } of subscriptions(use.sql)) {
      listeningChanged = true;
      if (listen) state.channels.add(channel);
      else if (channel === '*') state.channels.clear();
      else state.channels.delete(channel);
    }
  };

  return {
    join: (client) => {
      if (!states.has(client.id)) states.set(client.id, { client, statements: new Set(), channels: new Set() });
    },
    has: ({ id }) => states.has(id),
    leave: ({ id }) => {
      const state = states.get(id);
      states.delete(id);
      if (!state) return undefined;
      listeningChanged ||= state.channels.size > 0;
      return state.statements.size > 0 ? Buffer.concat([...[...state.statements].map(closeStatement), message('S')]) : undefined;
    },
    admit: (client, batch) => {
      const refused = refusalOf(batch, unnamedOwner === client.id);
      if (refused) return queryMessage(raise(refused));
      const state = states.get(client.id);
      if (state) for (const use of batch.messages) note(state, use);
      return Buffer.concat(batch.messages.map((use) => use.message));
    },
    deliver: (notifications) => {
      for (const { channel, message } of notifications) {
        for (const { client, channels } of states.values()) if (channels.has(channel)) client.send(message);
      }
    },
    restore: () => {
      const statements: string[] = [];
      if (settingsChanged) statements.push('RESET SESSION AUTHORIZATION', 'RESET ALL');
      if (listeningChanged) {
        const channels = new Set([...states.values()].flatMap((state) => [...state.channels]));
        statements.push('UNLISTEN *', ...[...channels].map((channel) => `LISTEN ${quoteIdentifier(channel)}`));
      }
      settingsChanged = false;
      listeningChanged = false;
      return statements.length > 0 ? queryMessage(statements.join(';')) : undefined;
    },
  };
}

/** Why a batch must not run in the shared session, or undefined. */
function refusalOf({ messages }: Batch, ownsUnnamed: boolean): string | undefined {
  let unnamedIsOurs = ownsUnnamed;
  for (const use of messages) {
    unnamedIsOurs ||= use.makesUnnamed === true;
    if (use.needsUnnamed && !unnamedIsOurs) return 'the unnamed statement is gone: another connection has used the embedded database since';
    const refused = use.sql === undefined ? undefined : refusal(use.sql);
    if (refused) return refused;
  }
  return undefined;
}

/** A statement that fails with our reason: the client gets an ordinary error, and its transaction fails as it would on a server. */
const raise = (reason: string): string =>
  `DO $w$BEGIN RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = '${reason.replaceAll("'", "''")}'; END$w$`;
