import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Whether there is more to come of a request than its headers. */
const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';

/**
 * A server has at most so many connections. Where one more comes, the one gives way that has waited longest without a whole request: so
 * nobody shuts others out, probes neither, by holding connections on which nothing is asked. Only when every one of them is being answered
 * the new one is refused. Unlike `server.maxConnections` this needs no address of whoever asks, which behind a proxy is everybody's.
 */
export function limitConnections(server: Server, most: number): void {
  const open = new Set<Socket>();
  /** Those that are not being answered, the longest first. */
  const idle = new Set<Socket>();
  const asked = new WeakMap<Socket, number>();
  const change = (socket: Socket, by: 1 | -1): void => {
    const count = (asked.get(socket) ?? 0) + by;
    asked.set(socket, count);
    if (count > 0) idle.delete(socket);
    else if (open.has(socket)) idle.add(socket);
  };
  server.on('connection', (socket: Socket) => {
    if (open.size >= most) {
      const [longest = socket] = idle;
      open.delete(longest);
      idle.delete(longest);
      longest.destroy();
      if (longest === socket) return;
    }
    open.add(socket);
    idle.add(socket);
    socket.once('close', () => {
      open.delete(socket);
      idle.delete(socket);
    });
  });
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request;
    let isCounted = false;
    const count = (): void => {
      if (isCounted || response.closed) return;
      isCounted = true;
      change(socket, 1);
      response.once('close', () => change(socket, -1));
    };
    if (hasBody(request)) request.once('end', count);
    else count();
  });
}
