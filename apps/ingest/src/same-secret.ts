import { createHash, timingSafeEqual } from 'node:crypto';

/** Compares in constant time, also if the lengths differ. */
export function isSameSecret(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
