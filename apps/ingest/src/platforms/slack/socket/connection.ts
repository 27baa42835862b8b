import { AppError } from '@watchpost/shared/errors';
import { within } from '@watchpost/shared/wait';
import { WebSocket, type RawData } from 'ws';
import { z } from 'zod';

const envelopeSchema = z.looseObject({
  type: z.string(),
  envelope_id: z.string().max(200).optional(),
  payload: z.unknown().optional(),
  /** Of `disconnect`. */
  reason: z.string().optional().catch(undefined),
  /** Of an event that Slack delivers again. */
  retry_attempt: z.number().optional().catch(undefined),
  retry_reason: z.string().optional().catch(undefined),
});
/** One message of the socket. */
export type Envelope = z.infer<typeof envelopeSchema>;

/** One connection that Slack has greeted. */
export interface Connection {
  /** Sends JSON; false if the connection is gone. */
  send(message: Record<string, unknown>): boolean;
  isOpen(): boolean;
  /** When Slack last gave a sign of life, milliseconds since 1970. */
  aliveAtMs(): number;
  /** Resolves when Slack asks for another connection (its reason), or when this one is closed. */
  leaving: Promise<string>;
  closed: Promise<void>;
  close(): void;
}

export interface ConnectionOptions {
  url: string;
  /** Every message but greetings and farewells. */
  onEnvelope: (envelope: Envelope, connection: Connection) => void;
  /** Between two pings; three unanswered ones end the connection. Milliseconds. */
  pingMs: number;
  /** Until Slack's greeting, milliseconds. */
  helloMs: number;
  now: () => number;
}

/** A message has a few kB; see the bodies of events. */
const maxPayload = 4_194_304;
/** For the other side's farewell, milliseconds. */
const closeMs = 2_000;

/** Connects, and resolves once Slack has greeted. Rejects with `chat-unavailable`. `signal` ends the attempt only. */
export async function connectSocket(options: ConnectionOptions, signal: AbortSignal): Promise<Connection> {
  const { url, onEnvelope, pingMs, helloMs, now } = options;
  const socket = new WebSocket(url, { perMessageDeflate: false, maxPayload, handshakeTimeout: helloMs, followRedirects: false });
  let aliveAtMs = now();
  const hello = deferred<void>();
  const leaving = deferred<string>();
  const closed = deferred<void>();

  const heard = (): void => {
    aliveAtMs = now();
  };
  const pinging = setInterval(() => {
    if (now() - aliveAtMs > 3 * pingMs) socket.terminate();
    else if (socket.readyState === WebSocket.OPEN) socket.ping();
  }, pingMs);
  const connection: Connection = {
    send: (message) => {
      if (socket.readyState !== WebSocket.OPEN) return false;
      socket.send(JSON.stringify(message));
      return true;
    },
    isOpen: () => socket.readyState === WebSocket.OPEN,
    aliveAtMs: () => aliveAtMs,
    leaving: leaving.promise,
    closed: closed.promise,
    close: () => {
      socket.close(1_000);
      setTimeout(() => socket.terminate(), closeMs).unref();
    },
  };
  socket.on('ping', heard);
  socket.on('pong', heard);
  // A close always follows.
  socket.on('error', (error) => hello.reject(unavailable('the socket failed', error)));
  socket.on('close', (code) => {
    clearInterval(pinging);
    hello.reject(unavailable(`the socket was closed before Slack’s greeting (${String(code)})`));
    leaving.resolve('closed');
    closed.resolve();
  });
  socket.on('message', (data, isBinary) => {
    heard();
    const envelope = isBinary ? null : parseEnvelope(data);
    if (!envelope) return;
    if (envelope.type === 'hello') hello.resolve();
    else if (envelope.type === 'disconnect') leaving.resolve(envelope.reason ?? 'unknown');
    else onEnvelope(envelope, connection);
  });

  const limit = within(signal, helloMs);
  const giveUp = (): void => hello.reject(unavailable('Slack did not greet in time'));
  limit.addEventListener('abort', giveUp, { once: true });
  try {
    await hello.promise;
    return connection;
  } catch (error) {
    socket.terminate();
    throw error;
  } finally {
    limit.removeEventListener('abort', giveUp);
  }
}

/** A promise that others settle. Nobody has to listen to its rejection. */
function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void; reject: (error: Error) => void } {
  let settle: { resolve: (value: T) => void; reject: (error: Error) => void } | undefined;
  const promise = new Promise<T>((resolve, reject) => {
    settle = { resolve, reject };
  });
  promise.catch(() => undefined);
  return { promise, resolve: (value) => settle?.resolve(value), reject: (error) => settle?.reject(error) };
}

const unavailable = (message: string, cause?: unknown): AppError => new AppError('chat-unavailable', message, { cause });

function parseEnvelope(data: RawData): Envelope | null {
  try {
    // By default the library delivers a message as one buffer.
    return Buffer.isBuffer(data) ? (envelopeSchema.safeParse(JSON.parse(data.toString('utf8'))).data ?? null) : null;
  } catch {
    return null;
  }
}
