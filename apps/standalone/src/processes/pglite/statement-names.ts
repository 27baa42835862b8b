import { message, readCString } from './wire.ts';

/**
 * Prepared statements of all connections live in the one session of the embedded database. Named ones get their
 * connection's id in front of their name, so that two connections may use the same name.
 */
export const ownName = (connectionId: number, name: string): string => (name === '' ? '' : `c${String(connectionId)}:${name}`);

/** What one message of the extended protocol does to statements. */
export interface StatementUse {
  message: Buffer;
  /** SQL text of a Parse. */
  sql?: string;
  /** The named statement that a Parse makes or a Close drops, as the database knows it. */
  made?: string;
  closed?: string;
  /** Whether it makes, or needs, the unnamed statement. */
  makesUnnamed?: boolean;
  needsUnnamed?: boolean;
}

/** Rewrites the names in Parse, Bind, Describe and Close. Portals keep their names: they end with the transaction, during which nobody else has the session. */
export function withOwnNames(connectionId: number, original: Buffer): StatementUse {
  switch (String.fromCharCode(original[0] ?? 0)) {
    case 'P': {
      const name = readCString(original, 5);
      const own = ownName(connectionId, name.text);
      const sql = readCString(original, name.next).text;
      return { message: rename('P', original, 5, name.next, own), sql, ...(own === '' ? { makesUnnamed: true } : { made: own }) };
    }
    case 'B': {
      const portal = readCString(original, 5);
      const name = readCString(original, portal.next);
      const own = ownName(connectionId, name.text);
      return { message: rename('B', original, portal.next, name.next, own), needsUnnamed: own === '' };
    }
    case 'C':
    case 'D': {
      if (original[5] !== 0x53) return { message: original };
      const name = readCString(original, 6);
      const own = ownName(connectionId, name.text);
      const type = original[0] === 0x43 ? 'C' : 'D';
      const renamed = rename(type, original, 6, name.next, own);
      if (type === 'D') return { message: renamed, needsUnnamed: own === '' };
      return own === '' ? { message: renamed } : { message: renamed, closed: own };
    }
    default:
      return { message: original };
  }
}

/** Puts `name` in place of the bytes from `from` to `to` (a C string with its zero). */
function rename(type: string, original: Buffer, from: number, to: number, name: string): Buffer {
  if (name === '') return original;
  return message(type, Buffer.concat([original.subarray(5, from), Buffer.from(`${name}\0`, 'utf8'), original.subarray(to)]));
}

/** A Close for a statement, as the database knows it. */
export const closeStatement = (name: string): Buffer => message('C', Buffer.from(`S${name}\0`, 'utf8'));
