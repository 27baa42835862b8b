import { createEnvelope } from '@watchpost/shared/envelope';
import { describe, expect, it } from 'vitest';

const secret = (name: string): string => name.repeat(40).slice(0, 40);
const [old, fresh] = [secret('old'), secret('new')];
const envelope = createEnvelope([fresh], 'jobs');
const plain = Buffer.from('4111 1111 1111 1111');
const unreadable = expect.objectContaining({ code: 'envelope-unreadable', retry: 'permanent' });

describe('an envelope', () => {
  it('gives back what was sealed in it, of any length', () => {
    for (const bytes of [Buffer.alloc(0), plain, Buffer.alloc(1_000_000, 7)]) {
      expect(envelope.open(envelope.seal(bytes, 'message-1'), 'message-1').equals(bytes)).toBe(true);
    }
  });

  it('shows nothing of what is in it, and looks different each time', () => {
    const sealed = envelope.seal(plain, 'message-1');
    expect(sealed.includes(plain)).toBe(false);
    expect(sealed.toString('latin1')).not.toContain('1111');
    expect(sealed.equals(envelope.seal(plain, 'message-1'))).toBe(false);
  });

  it('is 33 bytes longer than what is in it: version, key, nonce and tag', () => {
    const sealed = envelope.seal(plain, 'message-1');
    expect(sealed).toHaveLength(plain.length + 33);
    expect(sealed[0]).toBe(1);
  });

  it('does not open once a single bit of it has changed, wherever that is', () => {
    const sealed = envelope.seal(plain, 'message-1');
    for (let at = 0; at < sealed.length; at += 1) {
      const changed = Buffer.from(sealed);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(() => envelope.open(changed, 'message-1'), `byte ${String(at)}`).toThrow(unreadable);
    }
  });

  it('does not open when it is cut, or longer', () => {
    const sealed = envelope.seal(plain, 'message-1');
    for (const length of [0, 1, 5, 17, 32, 33, sealed.length - 1]) {
      expect(() => envelope.open(sealed.subarray(0, length), 'message-1'), `${String(length)} bytes`).toThrow(unreadable);
    }
    expect(() => envelope.open(Buffer.concat([sealed, Buffer.of(0)]), 'message-1')).toThrow(unreadable);
  });

  it('does not open in the place of another', () => {
    const sealed = envelope.seal(plain, 'message-1');
    for (const context of ['message-2', 'message-', '', 'message-1 ']) expect(() => envelope.open(sealed, context)).toThrow(unreadable);
  });

  it('does not open with another secret, or for another purpose', () => {
    const sealed = envelope.seal(plain, 'message-1');
    expect(() => createEnvelope([old], 'jobs').open(sealed, 'message-1')).toThrow(unreadable);
    expect(() => createEnvelope([fresh], 'quarantine').open(sealed, 'message-1')).toThrow(unreadable);
    expect(createEnvelope([fresh], 'jobs').open(sealed, 'message-1').equals(plain)).toBe(true);
  });

  it('opens with either secret during a rotation, and is sealed with the first one', () => {
    const before = createEnvelope([old], 'jobs');
    const both = createEnvelope([fresh, old], 'jobs');
    expect(both.open(before.seal(plain, 'a'), 'a').equals(plain)).toBe(true);
    expect(envelope.open(both.seal(plain, 'a'), 'a').equals(plain)).toBe(true);
    expect(() => before.open(both.seal(plain, 'a'), 'a')).toThrow(unreadable);
  });

  it('says that it is of another version, whatever follows', () => {
    const sealed = envelope.seal(plain, 'a');
    sealed[0] = 2;
    expect(() => envelope.open(sealed, 'a')).toThrow(unreadable);
  });
});
