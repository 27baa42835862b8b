import type { Socket } from 'node:net';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { Metrics } from '@watchpost/shared/observability/metrics';
import type { FastifyInstance } from 'fastify';
import { createLogRarely } from './log-rarely.ts';

/** What clients may hold together before the worst of them are cut off. */
export interface ConnectionLimits {
  connections: number;
  /** Of bodies that are not complete yet. */
  bytes: number;
}

interface Connection {
  /** Of the body that is being received. */
  bytes: number;
  /** Its request is complete: it is never cut off before its response. */
  answering: boolean;
}

/**
 * Bounds the connections and the memory that clients hold who never finish a request. A new connection is always taken: beyond a limit
 * the oldest unfinished one is closed, or the one that holds most. An event arrives whole within milliseconds, so a flood of slow
 * requests does not keep it out. When `stopping` aborts, whatever is unfinished is closed: Slack sends such an event again. Register it before
 * any route.
 */
export function boundConnections(
  app: FastifyInstance,
  limits: ConnectionLimits,
  { log, metrics, stopping }: { log: Logger; metrics: Metrics; stopping: AbortSignal },
): void {
  const closed = metrics.counter('ingest_connections_closed_total', 'Connections closed before their request was complete', ['reason']);
  const rarely = createLogRarely(Date.now);
  // Oldest first: an answered connection goes to the end.
  const open = new Map<Socket, Connection>();
  let heldBytes = 0;

  const release = (connection: Connection): void => {
    heldBytes -= connection.bytes;
    connection.bytes = 0;
  };
  const forget = (socket: Socket): void => {
    const connection = open.get(socket);
    if (connection) release(connection);
    open.delete(socket);
  };
  const close = (socket: Socket, reason: 'connections' | 'bytes'): void => {
    forget(socket);
    closed.inc({ reason });
    rarely(reason, (times) => log.warn({ reason, times, ...limits }, 'too much is held by unfinished requests: connections were closed'));
    socket.destroy();
  };
  const unfinished = (): [Socket, Connection][] => [...open].filter(([, { answering }]) => !answering);

  app.server.on('connection', (socket: Socket) => {
    if (stopping.aborted) return void socket.destroy();
    open.set(socket, { bytes: 0, answering: false });
    socket.once('close', () => forget(socket));
    if (open.size <= limits.connections) return;
    for (const [oldest, { answering }] of open) {
      if (!answering) return close(oldest, 'connections');
    }
  });

  const closeUnfinished = (): void => {
    for (const [socket] of unfinished()) socket.destroy();
  };
  stopping.addEventListener('abort', closeUnfinished, { once: true });
  app.addHook('onClose', async () => stopping.removeEventListener('abort', closeUnfinished));

  app.addHook('preParsing', (request, _reply, payload, done) => {
    const { socket } = request.raw;
    payload.on('data', (chunk: Buffer) => {
      const connection = open.get(socket);
      if (!connection) return;
      connection.bytes += chunk.length;
      heldBytes += chunk.length;
      if (heldBytes <= limits.bytes) return;
      const largest = unfinished().toSorted(([, a], [, b]) => b.bytes - a.bytes)[0];
      if (largest) close(largest[0], 'bytes');
    });
    done(null, payload);
  });
  app.addHook('preValidation', async (request) => {
    const connection = open.get(request.raw.socket);
    if (!connection) return;
    release(connection);
    connection.answering = true;
  });
  app.addHook('onResponse', async (request) => {
    const { socket } = request.raw;
    if (!open.has(socket)) return;
    forget(socket);
    open.set(socket, { bytes: 0, answering: false });
  });
}
