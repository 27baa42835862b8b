import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { freePortFrom } from '../ports.ts';
import { owner } from './cluster.ts';

/** Where a server listens: PostgreSQL's settings for it, and the URL without its password. */
export interface Address {
  settings: Record<string, string>;
  url: (password: string) => string;
}

/** sun_path has 104 bytes on macOS and 108 on Linux, with a closing zero. */
const maxSocketBytes = 103;
/** Only a part of the socket's name here. It is in the URL so that PGPORT in the environment cannot change it. */
const socketPort = 5_432;
/** Not common ports, and outside the range that the system uses for outgoing connections. One of them is the first that is tried. */
const firstPorts = { from: 15_432, count: 3_800 };
/**
 * Wins over PGSSLMODE in a client's environment, which is meant for another server. Not so `sslnegotiation`, which psql refuses before
 * version 17, and `options`, in which BullMQ gives its `search_path`.
 */
const query = 'sslmode=disable';

/** A Unix socket in the folder, or a free port of the loopback interface where the system, the folder or its path allows none. */
export async function addressFor(folder: string): Promise<Address> {
  if (await takesSocket(path.join(folder, `.s.PGSQL.${String(socketPort)}`))) {
    return {
      settings: {
        listen_addresses: '',
        port: String(socketPort),
        unix_socket_directories: folder,
        unix_socket_permissions: '0700',
      },
      url: (password) =>
        `postgres://${owner}:${password}@localhost:${String(socketPort)}/${owner}?host=${encodeURIComponent(folder)}&${query}`,
    };
  }
  const host = '127.0.0.1';
  const port = await freePortFrom(firstPorts.from + Math.floor(Math.random() * firstPorts.count), host);
  return {
    settings: { listen_addresses: host, port: String(port), unix_socket_directories: '' },
    url: (password) => `postgres://${owner}:${password}@${host}:${String(port)}/${owner}?${query}`,
  };
}

/** Folders shared with a virtual machine often do not allow sockets. */
async function takesSocket(file: string): Promise<boolean> {
  // PostgreSQL reads a comma as the next folder.
  if (Buffer.byteLength(file) > maxSocketBytes || file.includes(',')) return false;
  // As long as the real name.
  const probe = file.replace(/\.s\.(PGSQL\.\d+)$/, '.t.$1');
  // Left over if this process was killed here.
  await rm(probe, { force: true });
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(probe, () => server.close(() => resolve(true)));
  });
}
