import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { AppError } from './errors.ts';

/** Seals what must not be readable where it is kept: messages in jobs, originals in quarantine. */
export interface Envelope {
  /**
   * `context` says what it is and whose (a job's id): it is not encrypted, and whoever opens it must know it, so that nothing sealed can
   * be put in the place of something else.
   */
  seal(plain: Uint8Array, context: string): Buffer;
  /** Throws `envelope-unreadable` if it was sealed with another key or for another context, or has been changed. */
  open(sealed: Uint8Array, context: string): Buffer;
}

/** What the first byte says. */
const version = 1;
const keyIdBytes = 4;
const nonceBytes = 12;
const tagBytes = 16;
const headBytes = 1 + keyIdBytes + nonceBytes;

/**
 * AES-256-GCM (NIST SP 800-38D) under keys derived by HKDF (RFC 5869) from secrets of high entropy. Layout: version (1 byte), key id (4),
 * nonce (12, random), tag (16), ciphertext. `secrets`: the first one seals, all of them open. `purpose` separates what is sealed with the
 * same secret.
 */
export function createEnvelope(secrets: readonly [string, ...string[]], purpose: string): Envelope {
  const keys = secrets.map((secret) => {
    const key = Buffer.from(hkdfSync('sha256', secret, '', `watchpost ${purpose}`, 32));
    return { key, id: createHash('sha256').update(key).digest().subarray(0, keyIdBytes) };
  });
  const [first] = keys;
  if (!first) throw new AppError('internal', 'an envelope needs a secret');
  return {
    seal: (plain, context) => {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', first.key, nonce).setAAD(Buffer.from(context));
      const text = Buffer.concat([cipher.update(plain), cipher.final()]);
      return Buffer.concat([Buffer.of(version), first.id, nonce, cipher.getAuthTag(), text]);
    },
    open: (bytes, context) => {
      const sealed = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      const id = sealed.subarray(1, 1 + keyIdBytes);
      const known = keys.find((each) => each.id.equals(id));
      if (sealed[0] !== version || sealed.length < headBytes + tagBytes || !known)
        throw new AppError('envelope-unreadable', 'it was sealed with another key');
      try {
        const decipher = createDecipheriv('aes-256-gcm', known.key, sealed.subarray(1 + keyIdBytes, headBytes), {
          authTagLength: tagBytes,
        });
        decipher.setAAD(Buffer.from(context)).setAuthTag(sealed.subarray(headBytes, headBytes + tagBytes));
        return Buffer.concat([decipher.update(sealed.subarray(headBytes + tagBytes)), decipher.final()]);
      } catch {
        throw new AppError('envelope-unreadable', 'it has been changed, or was sealed for something else');
      }
    },
  };
}
