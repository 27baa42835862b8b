import { createRemoteJWKSet, errors, type JWTVerifyGetKey } from 'jose';

/** Keys are read again when they are this old, and for a token of an unknown key at most this often. Milliseconds. */
const [freshMs, unknownMs] = [600_000, 30_000];
/** After a failure nobody asks again for a while, whatever tokens come. Milliseconds. */
const restMs = 10_000;
/** Keys that were read last hold for so long while they cannot be read again. Milliseconds. */
const holdMs = 86_400_000;

export interface KeysDeps {
  /** Told when keys cannot be read again, and the known ones still hold. */
  tell: (err: unknown) => void;
  /** Milliseconds, of a clock that nobody sets. Default: `performance.now`. */
  nowMs?: () => number;
}

/** The keys at an address. Rejects with what jose rejects with; a failure to read them is that of the last attempt. */
export function createKeys(url: URL, { tell, nowMs = () => performance.now() }: KeysDeps): JWTVerifyGetKey {
  // When it reads is our affair: jose would ask for every token while the address answers none.
  const remote = createRemoteJWKSet(url, { cacheMaxAge: Infinity, cooldownDuration: Infinity });
  let reading: Promise<void> | null = null;
  let readAtMs = -Infinity;
  let failed: { atMs: number; error: unknown } | null = null;
  const readNow = async (): Promise<void> => {
    try {
      await remote.reload();
      [readAtMs, failed] = [nowMs(), null];
    } catch (error) {
      failed = { atMs: nowMs(), error };
      throw error;
    } finally {
      reading = null;
    }
  };
  const read = async (): Promise<void> => {
    if (reading) return reading;
    if (failed && nowMs() - failed.atMs < restMs) throw failed.error;
    return (reading = readNow());
  };
  return async (header, token) => {
    const ageMs = nowMs() - readAtMs;
    if (ageMs > holdMs) await read();
    // Nobody waits for it: the known ones hold.
    else if (ageMs > freshMs) void read().catch(tell);
    try {
      return await remote(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || nowMs() - readAtMs < unknownMs) throw error;
      await read();
      return remote(header, token);
    }
  };
}
