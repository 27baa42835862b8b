import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

/** Links to files that we give out: who has the link may load the file until it expires. */
export interface FileLinks {
  /** `/files/ID/NAME?until=…&sig=…`. */
  pathOf(file: { id: string; name: string; expiresAtMs: number }): string;
  /** `good`; `expired`: it was; `wrong`: we never made it. Takes as long whatever is wrong with it. */
  check(link: { id: string; until: string; sig: string }, nowMs: number): 'good' | 'expired' | 'wrong';
}

const untilPattern = /^\d{1,16}$/;

/** Signed with a key derived from the first of `secrets`; what any of them signed is good. HMAC-SHA-256, HKDF (RFC 5869). */
export function createFileLinks(secrets: readonly [string, ...string[]]): FileLinks {
  const keys = secrets.map((secret) => Buffer.from(hkdfSync('sha256', secret, '', 'watchpost file links', 32)));
  const sign = (key: Buffer, id: string, until: string): Buffer => createHmac('sha256', key).update(`${id}\n${until}`).digest();
  return {
    pathOf: ({ id, name, expiresAtMs }) => {
      const until = String(Math.floor(expiresAtMs));
      const [key = Buffer.alloc(0)] = keys;
      return `/files/${id}/${encodeURIComponent(name)}?until=${until}&sig=${sign(key, id, until).toString('base64url')}`;
    },
    check: ({ id, until, sig }, nowMs) => {
      const given = Buffer.alloc(32);
      const isWhole = Buffer.from(sig, 'base64url').copy(given) === 32 && untilPattern.test(until) && sig.length === 43;
      const isSigned = keys.map((key) => timingSafeEqual(sign(key, id, until), given)).includes(true);
      if (!isSigned || !isWhole) return 'wrong';
      return Number(until) > nowMs ? 'good' : 'expired';
    },
  };
}
