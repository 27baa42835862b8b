import { connect } from 'node:net';

/** Errors that prove that nobody listens, or can (the path is too long for a socket). Any other, such as a missing permission, proves nothing. */
const nobody = new Set(['ECONNREFUSED', 'ENOENT', 'ENOTSOCK', 'EINVAL', 'ENAMETOOLONG']);

/** Whether somebody listens on a Unix socket, or on a port of the loopback interface. In doubt somebody does. */
export async function answers(target: string | number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = typeof target === 'string' ? connect(target) : connect(target, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(!nobody.has(error.code ?? '')));
  });
}
