import { STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { ErrorCode } from '@watchpost/shared/errors';

/** Errors of Node's parser as ours; any other is `request-malformed`. */
const fromParser: Readonly<Record<string, { status: number; code: ErrorCode; message: string }>> = {
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, code: 'request-timeout', message: 'the request was not complete in time' },
  HPE_HEADER_OVERFLOW: { status: 431, code: 'request-too-large', message: 'the headers are too large' },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: { status: 413, code: 'request-too-large', message: 'the request is too large' },
};
const malformed = { status: 400, code: 'request-malformed', message: 'not a valid request' } as const;

/** Of an answer that is made without Fastify. */
const headers = [
  'content-type: application/json; charset=utf-8',
  'cache-control: no-store',
  "content-security-policy: default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options: nosniff',
  'x-frame-options: DENY',
  'referrer-policy: no-referrer',
  'connection: close',
];

/** The last answer on each connection. */
const answers = new WeakMap<Socket, ServerResponse>();

/** Whether an answer is being written: what we put in between would be taken for a part of it. */
function isAnswering(socket: Socket): boolean {
  const last = answers.get(socket);
  return last !== undefined && !last.writableFinished;
}

/** Answers what is no request, in the form of every other refusal, and closes its connection. */
export function refuseUnreadable({ code: thrown }: NodeJS.ErrnoException, socket: Socket): void {
  const { status, code, message } = fromParser[thrown ?? ''] ?? malformed;
  if (socket.writable && thrown !== 'ECONNRESET' && !isAnswering(socket)) {
    const body = JSON.stringify({ error: code, message });
    const head = [`HTTP/1.1 ${String(status)} ${STATUS_CODES[status] ?? ''}`, ...headers, `content-length: ${String(body.length)}`];
    socket.write([...head, '', body].join('\r\n'));
  }
  socket.destroy();
}

/** To be called once, before the server listens: notes what is being answered, and has requests with odd expectations answered like others. */
export function watchAnswers(server: Server): void {
  server.on('request', (request: IncomingMessage, response: ServerResponse) => answers.set(request.socket, response));
  // Node would refuse them with 417 and nothing else; what is expected may be ignored.
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => server.emit('request', request, response));
}

/** An address whose escapes cannot be read, such as `/people/%E0%A4%A`, with these signs as they stand: then it comes to a route like any other. */
export function readableUrl(url: string): string {
  const [path = '', ...query] = url.split('?');
  try {
    decodeURIComponent(path);
    return url;
  } catch {
    return [path.replaceAll('%', '%25'), ...query].join('?');
  }
}
