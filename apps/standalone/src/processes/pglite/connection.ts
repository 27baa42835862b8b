import { timingSafeEqual } from 'node:crypto';
import type { Socket } from 'node:net';
import type { Client } from './session-state.ts';
import type { SharedSession } from './shared-session.ts';
import { type StatementUse, withOwnNames } from './statement-names.ts';
import { backendKey, createMessageReader, errorResponse, message, passwordRequest, readCString, startupCodes } from './wire.ts';

export interface ConnectionOptions {
  id: number;
  socket: Socket;
  session: SharedSession;
  password: string;
  /** What the database says to a new connection, apart from BackendKeyData and ReadyForQuery. */
  greeting: Buffer;
}

const ready = message('Z', Buffer.from('I'));

/** Speaks the protocol with one client: start-up and password, then batches to the shared session. */
export function serveConnection({ id, socket, session, password, greeting }: ConnectionOptions): void {
  const reader = createMessageReader();
  let phase: 'startup' | 'password' | 'queries' = 'startup';
  let batch: StatementUse[] = [];

  const client: Client = {
    id,
    send: (reply) => {
      if (socket.writable && reply.length > 0) socket.write(reply);
    },
    fail: (sqlState, reason) => {
      if (socket.writable) socket.end(errorResponse('FATAL', sqlState, reason));
      setTimeout(() => socket.destroy(), 1_000).unref();
    },
  };

  const startUp = (first: Buffer): void => {
    const code = first.length >= 8 ? first.readInt32BE(4) : 0;
    if (code === startupCodes.ssl || code === startupCodes.gssEncryption) client.send(Buffer.from('N'));
    // A statement runs to its end at once: by the time a cancel request is read, there is nothing left to cancel.
    else if (code === startupCodes.cancel) socket.end();
    else if (code >> 16 === 3) {
      phase = 'password';
      reader.typed();
      client.send(passwordRequest);
    } else client.fail('08P01', 'unsupported protocol');
  };

  const checkPassword = (answer: Buffer): void => {
    if (answer[0] !== 0x70 || !sameText(readCString(answer, 5).text, password)) {
      client.fail('28P01', 'password authentication failed');
      return;
    }
    phase = 'queries';
    client.send(Buffer.concat([greeting, backendKey(id), ready]));
  };

  const query = (received: Buffer): void => {
    const type = String.fromCharCode(received[0] ?? 0);
    // Data of a COPY that was refused: the protocol says to skip it.
    if ('dcf'.includes(type)) return;
    if (type === 'X') {
      socket.end();
    } else if ('PBCDEQSH'.includes(type)) {
      batch.push(type === 'Q' ? { message: received, sql: readCString(received, 5).text } : withOwnNames(id, received));
      if (!'QSH'.includes(type)) return;
      session.submit(client, { messages: batch, open: type === 'H' });
      batch = [];
    } else client.fail('08P01', 'unsupported message');
  };

  socket.setNoDelay(true);
  socket.on('data', (chunk: Buffer) => {
    try {
      reader.push(chunk);
      for (let received = reader.next(); received && socket.writable; received = reader.next()) {
        if (phase === 'startup') startUp(received);
        else if (phase === 'password') checkPassword(received);
        else query(received);
      }
    } catch {
      client.fail('08P01', 'malformed message');
    }
  });
  // A reset connection is a closed one; 'close' follows.
  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    session.leave(client);
  });
}

function sameText(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
