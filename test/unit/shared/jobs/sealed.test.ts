import { deflateRawSync } from 'node:zlib';
import { messageContentSchema, type MessageContent } from '@watchpost/shared/chat/message';
import { createEnvelope } from '@watchpost/shared/envelope';
import { AppError } from '@watchpost/shared/errors';
import { openJson, sealJson } from '@watchpost/shared/jobs/sealed';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

const envelope = createEnvelope(['s'.repeat(40)], 'jobs');
const secret = ['AKIA', 'QYLPMN5HFIQR7XYA'].join('');
const content: MessageContent = {
  texts: [{ where: 'text', text: `the key is ${secret}, Zoë 😀 \u0000` }],
  before: null,
  files: [{ id: 'F1', name: null, mimeType: null, sizeBytes: 1, url: null, thumbnailUrl: null }],
};

/** What was thrown, with everything that a log would show of it. */
function thrown(work: () => unknown): { code: string; all: string } {
  try {
    work();
  } catch (error) {
    if (error instanceof AppError) return { code: error.code, all: `${error.message} ${error.stack ?? ''} ${String(error.cause)}` };
  }
  throw new Error('nothing was thrown');
}

describe('sealed JSON', () => {
  it('gives back what was sealed', () => {
    expect(openJson(envelope, sealJson(envelope, content, 'message-1'), 'message-1', messageContentSchema)).toEqual(content);
  });

  it('is base64, and shows nothing of what is in it', () => {
    const sealed = sealJson(envelope, content, 'message-1');
    expect(z.base64().safeParse(sealed).success).toBe(true);
    expect(Buffer.from(sealed, 'base64').toString('latin1')).not.toContain(secret);
    expect(sealed).not.toContain(Buffer.from(secret).toString('base64').slice(2, 12));
  });

  it('makes a long message small: 40,000 characters of prose are a few kilobytes', () => {
    const text = Array.from({ length: 2_000 }, (_, number) => `Sentence ${String(number)} of it.`)
      .join(' ')
      .slice(0, 40_000);
    expect(sealJson(envelope, { ...content, texts: [{ where: 'text', text }] }, 'a').length).toBeLessThan(20_000);
  });

  it('does not open in the place of another', () => {
    expect(thrown(() => openJson(envelope, sealJson(envelope, content, 'a'), 'b', messageContentSchema)).code).toBe('envelope-unreadable');
  });

  it('says which fields are not what they should be, and nothing of what they hold', () => {
    const sealed = sealJson(envelope, { ...content, texts: [{ where: 'text', text: { [secret]: secret } }] }, 'a');
    const { code, all } = thrown(() => openJson(envelope, sealed, 'a', messageContentSchema));
    expect([code, all]).toEqual(['envelope-unreadable', expect.stringContaining('texts.0.text (invalid_type)')]);
    expect(all).not.toContain(secret);
  });

  it('says nothing of what is no JSON, or not compressed', () => {
    for (const bytes of [deflateRawSync(`"${secret}`), Buffer.from(secret)]) {
      const { code, all } = thrown(() => openJson(envelope, envelope.seal(bytes, 'a').toString('base64'), 'a', messageContentSchema));
      expect(code).toBe('envelope-unreadable');
      expect(all).not.toContain(secret);
    }
  });
});
