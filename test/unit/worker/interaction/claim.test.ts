import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { claim } from '@watchpost/worker/interaction/press/claim';
import { describe, expect, it } from 'vitest';
import { createMemoryDocuments } from '../../../support/memory-documents.ts';

const never = new AbortController().signal;

describe('the claim to one person', () => {
  it('one job at a time has it; the next one waits until it is given back', async () => {
    const documents = createMemoryDocuments();
    const order: string[] = [];
    const change = async (name: string): Promise<void> => {
      const held = await claim(documents, 'ada', never);
      order.push(`${name} begins`);
      await new Promise((resolve) => setImmediate(resolve));
      order.push(`${name} ends`);
      await held.release();
    };
    await Promise.all([change('one'), change('two'), change('three')]);
    for (let index = 0; index < order.length; index += 2) expect(order[index + 1]).toBe(order[index]?.replace('begins', 'ends'));
    expect(order).toHaveLength(6);
  });

  it('whoever waits too long comes back soon, without using up an attempt', { timeout: 10_000 }, async () => {
    const documents = createMemoryDocuments();
    await claim(documents, 'ada', never);
    await expect(claim(documents, 'ada', never)).rejects.toMatchObject({
      code: 'document-conflict',
      retry: 'transient',
      retryAfterMs: 300,
    });
    await (await claim(documents, 'grace', never)).release();
  });

  it('that of a worker that was killed ends by itself, and the worker cannot go on with it', async () => {
    let nowMs = 1_000_000;
    const documents: DocumentStore = createMemoryDocuments(() => nowMs);
    await claim(documents, 'ada', never);
    nowMs += 15_001;
    const taken = await claim(documents, 'ada', never);
    await expect(taken.renew(never)).resolves.toBeUndefined();
  });
});
