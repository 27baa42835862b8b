import { createHash, randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { untilNoConflict } from '@watchpost/shared/documents/until-no-conflict';
import { AppError } from '@watchpost/shared/errors';
import { z } from 'zod';

const kind = 'console-attempts';
const bodySchema = z.object({ failures: z.number(), untilMs: z.number() });
/** What nobody tries any more is forgotten. Milliseconds. */
const keepMs = 3_600_000;

/** Browsers that have signed in before, by the hash of what they keep. Milliseconds since they last did. */
const browserKind = 'console-browser';
export const browserKnownMs = 180 * 86_400_000;

/**
 * How many failures are free, and how long one waits then: doubled with each further one. From all addresses together the wait is short.
 */
const limits = {
  address: { free: 5, firstMs: 15_000, maxMs: 900_000 },
  everybody: { free: 30, firstMs: 1_000, maxMs: 20_000 },
} as const;

/** Who tries: an address and, where the browser has signed in here before, what it got then. */
export interface Trier {
  address: string;
  /** Null: nobody of us knows this browser. */
  browserId: string | null;
}

/** Counts attempts to sign in, in the database: for all processes together. */
export interface Attempts {
  /**
   * To be called before a password is looked at. A browser that has signed in before is counted by itself: whatever strangers try, also from the
   * same address, does not make it wait. Rejects with `sign-in-limited` while one must wait.
   */
  begin(who: Trier, signal: AbortSignal): Promise<void>;
  /** It was right: the browser, or the address, starts anew. Resolves to what the browser is to keep, so that it is known next time. */
  succeeded(who: Trier, signal: AbortSignal): Promise<string>;
}

const hash = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 22);
const everybody = 'everybody';
/** Of a browser's id: 32 random bytes. */
const browserIdLength = 43;

/** Some proxies write the port behind the address in X-Forwarded-For, and each connection has another one. Pure. */
const withoutPort = (address: string): string => address.replace(/^(\d+(?:\.\d+){3}):\d+$/, '$1').replace(/^\[(.*)\](?::\d+)?$/, '$1');

/** What is counted together: whoever has one IPv6 address mostly has the whole /64. */
export function counted(address: string): string {
  const plain = withoutPort(address)
    .replace(/^::ffff:(?=\d+\.)/i, '')
    .replace(/%.*$/, '');
  if (isIP(plain) !== 6) return plain;
  const [head = '', tail] = plain.split('::');
  const groups = head === '' ? [] : head.split(':');
  const rest = tail === undefined || tail === '' ? [] : tail.split(':');
  const all =
    tail === undefined ? groups : [...groups, ...Array.from({ length: Math.max(0, 8 - groups.length - rest.length) }, () => '0'), ...rest];
  return all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}

export function createAttempts(documents: () => DocumentStore): Attempts {
  const read = async (id: string, signal: AbortSignal) => {
    const { document, nowMs } = await documents().get(kind, id, signal);
    const isKnown = document !== null && (document.expiresAtMs ?? 0) > nowMs;
    const known = (isKnown ? bodySchema.safeParse(document.body).data : null) ?? { failures: 0, untilMs: 0 };
    return { known, revision: document?.revision ?? 0, nowMs };
  };
  const refuseUntil = ({ known, nowMs }: Awaited<ReturnType<typeof read>>): void => {
    const waitMs = known.untilMs - nowMs;
    if (waitMs <= 0) return;
    throw new AppError('sign-in-limited', `Too many attempts. Please wait ${String(Math.ceil(waitMs / 1_000))} seconds.`, {
      retryAfterMs: waitMs,
    });
  };
  const count = async (id: string, limit: (typeof limits)[keyof typeof limits], signal: AbortSignal): Promise<void> =>
    untilNoConflict(async () => {
      const found = await read(id, signal);
      refuseUntil(found);
      // It counts before it is known to have failed: a thousand guesses at once are a thousand guesses.
      const failures = found.known.failures + 1;
      const over = failures - limit.free;
      const untilMs = over < 0 ? 0 : found.nowMs + Math.min(limit.maxMs, limit.firstMs * 2 ** Math.min(over, 20));
      const document = { kind, id, revision: found.revision, atMs: found.nowMs, keys: [], expiresAtMs: found.nowMs + keepMs };
      await documents().put({ ...document, body: { failures, untilMs } }, signal);
    }, signal);
  const forget = async (id: string, signal: AbortSignal): Promise<void> => {
    await untilNoConflict(async () => {
      const { document } = await documents().get(kind, id, signal);
      if (document) await documents().remove(kind, id, document.revision, signal);
    }, signal);
  };
  const knows = async (browserId: string | null, signal: AbortSignal): Promise<boolean> => {
    if (browserId?.length !== browserIdLength) return false;
    const { document, nowMs } = await documents().get(browserKind, hash(browserId), signal);
    return document !== null && (document.expiresAtMs ?? 0) > nowMs;
  };
  return {
    begin: async ({ address, browserId }, signal) => {
      if (browserId !== null && (await knows(browserId, signal))) return count(`browser-${hash(browserId)}`, limits.address, signal);
      // While all have to wait, nobody's right password is looked at: then it does not count against them either.
      refuseUntil(await read(everybody, signal));
      await count(hash(counted(address)), limits.address, signal);
      return count(everybody, limits.everybody, signal);
    },
    succeeded: async ({ address, browserId }, signal) => {
      const isKnown = browserId !== null && (await knows(browserId, signal));
      const id = isKnown ? browserId : randomBytes(32).toString('base64url');
      await forget(isKnown ? `browser-${hash(id)}` : hash(counted(address)), signal);
      await forget(everybody, signal);
      await untilNoConflict(async () => {
        const { document, nowMs } = await documents().get(browserKind, hash(id), signal);
        const revision = document?.revision ?? 0;
        await documents().put(
          { kind: browserKind, id: hash(id), revision, atMs: nowMs, keys: [], expiresAtMs: nowMs + browserKnownMs, body: {} },
          signal,
        );
      }, signal);
      return id;
    },
  };
}
