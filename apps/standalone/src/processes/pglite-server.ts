import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import path from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { AppError } from '@watchpost/shared/errors';
import type { Logger } from '@watchpost/shared/observability/logger';
import { lockDataDir } from './data-lock.ts';
import { serveConnection } from './pglite/connection.ts';
import { createSharedSession, type Execute } from './pglite/shared-session.ts';
import { scanReply } from './pglite/wire.ts';

export interface PgliteServerOptions {
  /** Folder that keeps the data; undefined keeps it in memory. One server at a time may use a folder. */
  dataDir: string | undefined;
  host: string;
  /** 0 takes a free port. */
  port: number;
  /** What clients must say; a new random one by default. */
  password?: string;
  /** How long a client may hold a transaction open without sending anything, in milliseconds. Default 15,000. */
  idleInTransactionMs?: number;
  /** The database failed and cannot go on. Default: the process ends with exit code 1. */
  onBroken?: (error: unknown) => void;
}

export interface PgliteServer {
  /** postgres:// URL with the password, for clients on this machine. */
  url: string;
  close(): Promise<void>;
}

/**
 * Serves an embedded PostgreSQL (PGlite) on a socket, to many connections. PGlite is one session: the connections take
 * turns, see pglite/shared-session.ts. What differs from a server: settings last for a transaction only, except
 * `search_path`, which is `bullmq, public` for everybody; session advisory locks, DISCARD and COPY through the connection are
 * refused; temporary tables are shared. A commit survives a crash of the process, not one of the machine (there is no fsync).
 * Rejects with `data-dir-in-use`, or `embedded-database-failed` where the data cannot be opened or the port is taken.
 */
export async function startPgliteServer(options: PgliteServerOptions, log: Logger): Promise<PgliteServer> {
  const { dataDir, host, port, password = randomBytes(18).toString('base64url'), idleInTransactionMs = 15_000 } = options;
  const unlock = dataDir === undefined ? () => Promise.resolve() : await lockDataDir(dataDir);
  try {
    const db = await openDatabase(dataDir);
    const execute = executor(db);
    const greeting = await readGreeting(execute);
    const session = createSharedSession({ execute, log, idleInTransactionMs, onBroken: options.onBroken ?? endProcess(log) });
    const sockets = new Set<Socket>();
    let connections = 0;
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      serveConnection({ id: (connections += 1), socket, session, password, greeting });
    });
    const boundPort = await listen(server, host, port);
    return {
      url: `postgres://watchpost:${password}@${host}:${String(boundPort)}/watchpost`,
      close: async () => {
        const closed = new Promise((resolve) => server.close(resolve));
        for (const socket of sockets) socket.destroy();
        await closed;
        await session.close();
        await db.close();
        await unlock();
      },
    };
  } catch (error) {
    await unlock();
    throw error instanceof AppError
      ? error
      : new AppError('embedded-database-failed', 'the embedded database could not start', { cause: error });
  }
}

async function openDatabase(dataDir: string | undefined): Promise<PGlite> {
  const folder = dataDir === undefined ? undefined : path.join(path.resolve(dataDir), 'postgres');
  if (folder !== undefined) await mkdir(folder, { recursive: true, mode: 0o700 });
  // The session's own value, given at start: RESET ALL goes back to it, whatever a client has set.
  const startParams = PGlite.defaultStartParams.map((parameter) =>
    parameter.startsWith('search_path=') ? 'search_path=bullmq,public' : parameter,
  );
  const db = await PGlite.create({ ...(folder === undefined ? {} : { dataDir: folder }), startParams });
  await db.exec('CREATE SCHEMA IF NOT EXISTS bullmq');
  return db;
}

/** Collects the reply ourselves: without a callback PGlite parses each reply and keeps all of them in memory. */
function executor(db: PGlite): Execute {
  return async (messages) => {
    const reply: Buffer[] = [];
    await db.execProtocolRawStream(messages, { onRawData: (data) => reply.push(Buffer.from(data)) });
    return reply.length === 1 && reply[0] ? reply[0] : Buffer.concat(reply);
  };
}

/** What the database says to a new connection; key and status are each connection's own. */
async function readGreeting(execute: Execute): Promise<Buffer> {
  const body = Buffer.from('\0\x03\0\0user\0postgres\0database\0postgres\0\0', 'latin1');
  const startup = Buffer.alloc(4 + body.length);
  startup.writeInt32BE(startup.length, 0);
  body.copy(startup, 4);
  return scanReply(await execute(startup), 'KZ').rest;
}

function endProcess(log: Logger): (error: unknown) => void {
  return (error) => {
    log.fatal({ err: error }, 'the embedded database failed');
    process.exit(1);
  };
}

async function listen(server: Server, host: string, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  return typeof address === 'object' && address ? address.port : port;
}
