/**
 * The framing of PostgreSQL's wire protocol 3.0: where a message starts and ends, and the few that we make or change ourselves.
 * Every message is a type byte (absent in the first one of a connection) and a 32-bit length that counts itself.
 */

/** First messages of a connection, by their protocol code. */
export const startupCodes = { protocol3: 196_608, cancel: 80_877_102, ssl: 80_877_103, gssEncryption: 80_877_104 } as const;

/** Largest message taken from a client, in bytes. */
const maxMessageBytes = 256 * 1024 * 1024;

/** Cuts a stream of bytes into messages. The first messages have no type byte until `typed()` is called. */
export interface MessageReader {
  push(chunk: Buffer): void;
  /** The next complete message, header included; undefined until more bytes come. Throws on a length that cannot be. */
  next(): Buffer | undefined;
  typed(): void;
}

export function createMessageReader(): MessageReader {
  let chunks: Buffer[] = [];
  let bytes = 0;
  let wanted = 0;
  let typeBytes = 0;

  return {
    push: (chunk) => {
      chunks.push(chunk);
      bytes += chunk.length;
    },
    next: () => {
      if (bytes < typeBytes + 4 || bytes < wanted) return undefined;
      const all = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, bytes);
      chunks = [all];
      const length = all.readInt32BE(typeBytes);
      if (length < 4 || length > maxMessageBytes) throw new RangeError(`a message of ${String(length)} bytes`);
      wanted = typeBytes + length;
      if (bytes < wanted) return undefined;
      const message = all.subarray(0, wanted);
      const rest = all.subarray(wanted);
      chunks = rest.length > 0 ? [rest] : [];
      bytes = rest.length;
      wanted = 0;
      return message;
    },
    typed: () => {
      typeBytes = 1;
    },
  };
}

/** A message of `type` with `body`. */
export function message(type: string, body: Buffer = Buffer.alloc(0)): Buffer {
  const header = Buffer.alloc(5);
  header.write(type, 0, 'latin1');
  header.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([header, body]);
}

const cString = (text: string): Buffer => Buffer.from(`${text}\0`, 'utf8');

/** A simple query. */
export const queryMessage = (sql: string): Buffer => message('Q', cString(sql));

/** Asks for the password in clear text: it never leaves the machine. */
export const passwordRequest = message('R', Buffer.from([0, 0, 0, 3]));

/** An ErrorResponse, for what is refused before it reaches the database. */
export function errorResponse(severity: 'ERROR' | 'FATAL', sqlState: string, text: string): Buffer {
  return message(
    'E',
    Buffer.concat([cString(`S${severity}`), cString(`V${severity}`), cString(`C${sqlState}`), cString(`M${text}`), Buffer.from([0])]),
  );
}

/** BackendKeyData: what a client names in a cancel request. */
export function backendKey(connectionId: number): Buffer {
  const body = Buffer.alloc(8);
  body.writeInt32BE(connectionId, 0);
  return message('K', body);
}

/** The text that ends at the next zero byte, and where the following field starts. */
export function readCString(from: Buffer, offset: number): { text: string; next: number } {
  const end = from.indexOf(0, offset);
  if (end < 0) return { text: from.toString('utf8', offset), next: from.length };
  return { text: from.toString('utf8', offset, end), next: end + 1 };
}

/** What a reply says apart from its data. */
export interface ReplyScan {
  /** The reply without its notifications. */
  rest: Buffer;
  notifications: { channel: string; message: Buffer }[];
  /** Status of the last ReadyForQuery: idle, in a transaction, in a failed one; undefined when there was none. */
  status: 'I' | 'T' | 'E' | undefined;
}

/** Takes the notifications out of a reply and reads its status. `drop` names further message types to leave out. */
export function scanReply(reply: Buffer, drop = ''): ReplyScan {
  const notifications: ReplyScan['notifications'] = [];
  const kept: Buffer[] = [];
  let status: ReplyScan['status'];
  let keptFrom = 0;
  let at = 0;
  while (at + 5 <= reply.length) {
    const type = String.fromCharCode(reply[at] ?? 0);
    const end = at + 1 + reply.readInt32BE(at + 1);
    if (type === 'A' || drop.includes(type)) {
      const body = reply.subarray(at, end);
      if (type === 'A') notifications.push({ channel: readCString(body, 9).text, message: Buffer.from(body) });
      kept.push(reply.subarray(keptFrom, at));
      keptFrom = end;
    }
    if (type === 'Z') status = toStatus(reply[at + 5]);
    at = end;
  }
  const rest = keptFrom === 0 ? reply : Buffer.concat([...kept, reply.subarray(keptFrom)]);
  return { rest, notifications, status };
}

function toStatus(byte: number | undefined): ReplyScan['status'] {
  if (byte === 0x54) return 'T';
  return byte === 0x45 ? 'E' : 'I';
}
