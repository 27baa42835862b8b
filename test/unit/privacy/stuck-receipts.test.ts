import type { AuditEntry } from '@watchpost/gallery/domain';
import { eraseForgotten, type ErasingDeps } from '@watchpost/privacy/receipts/erasing';
import type { Place, Subject } from '@watchpost/privacy/receipts/place';
import { createReceipts } from '@watchpost/privacy/receipts/receipts';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { createLogger } from '@watchpost/shared/observability/logger';
import { createDialogs } from '@watchpost/talk/dialogs';
import { dialogsPlace } from '@watchpost/worker/privacy/dialogs-place';
import { beforeEach, describe, expect, it } from 'vitest';
import { createMemoryDocuments } from '../../support/memory-documents.ts';

const never = new AbortController().signal;
const minuteMs = 60_000;
const person = { id: 'ada', isNew: false as const, set: { deleted: false } };
const inverse = { persons: [person], faces: [], pairs: [], moveSightings: [], assignments: [] };

let nowMs: number;
let documents: DocumentStore;
let taken: Set<string>;
let asked: Subject[];
beforeEach(() => {
  nowMs = 1_000_000_000;
  documents = createMemoryDocuments(() => nowMs);
  [taken, asked] = [new Set(), []];
});

/** A post in a channel that the bot is not in. */
const stuck: Place = {
  what: ['posts and pictures'],
  count: async (subject) => {
    asked.push(subject);
    return { 'posts and pictures': { left: 1, why: 'the bot cannot change 1 in slack:C1' } };
  },
  erase: async () => undefined,
  waitsFor: 'nothing',
};

function deps(): ErasingDeps {
  const said = { actor: { id: 'test' }, atMs: 1_000_000_000, summary: '', undone: false, undoes: null };
  const entries: AuditEntry[] = [{ id: 'wish', action: 'forget', version: 1, personIds: ['ada'], inverse, ...said }];
  return {
    documents,
    audit: {
      newest: async () => [],
      concerned: async (after, limit) => entries.filter(({ version }) => version > after).slice(0, limit),
      find: async (id) => entries.filter((each) => each.id === id),
    },
    holdings: { namesOf: async () => ['Ada'] },
    gallery: { isReady: () => true, position: () => ({ epoch: 'e1', version: 0 }) },
    isTaken: (name) => taken.has(name),
    keepMs: 1e9,
    places: [stuck, dialogsPlace(documents)],
    eraseNow: async () => undefined,
    log: createLogger('test', 'silent'),
  };
}

const looks = async (count: number): Promise<void> => {
  for (let look = 0; look < count; look += 1) {
    nowMs += minuteMs;
    await eraseForgotten(deps(), never);
  }
};
const stored = async (): Promise<string> => JSON.stringify((await documents.get('receipt', 'wish', never)).document);
const talkAbout = async (id: string, name: string): Promise<unknown> => {
  const none = { promptId: null, cardId: null, about: null, language: null, revision: 0 };
  const dialog = { chat: 'slack:C1' as const, member: 'U1', kind: 'naming', step: 'name', expiresAtMs: nowMs + 1e9 };
  return createDialogs(documents).save({ id, data: { name }, ...dialog, ...none }, never);
};
const isOpen = async (id: string): Promise<boolean> => (await createDialogs(documents).get(id, never)) !== null;

describe('a receipt of which something cannot be erased', () => {
  it("is due ten minutes from now where the database's clock was ahead when the wish was made", async () => {
    nowMs -= 60 * minuteMs;
    await looks(10);
    expect(await stored()).toContain('"state":"pending"');
    await looks(2);
    expect(await stored()).toContain('"state":"erasing"');
  });

  it('keeps no name once nothing is found by it', async () => {
    await talkAbout('before', 'Ada');
    await eraseForgotten(deps(), never);
    expect(await stored()).toContain('Ada');
    await looks(20);
    expect(await isOpen('before')).toBe(false);
    expect(await stored()).toContain('"state":"erasing"');
    expect(await stored()).not.toContain('Ada');
    expect(asked.at(-1)?.personIds).toEqual(['ada']);
  });

  it('keeps the name while something is found by it, or nobody can look', async () => {
    const away: Place = { what: ['clicks'], byName: true, count: async () => ({ clicks: 1 }), erase: async () => undefined, waitsFor: '' };
    for (let look = 0; look < 20; look += 1) {
      nowMs += minuteMs;
      await eraseForgotten({ ...deps(), places: [stuck, away] }, never);
    }
    expect(await stored()).toContain('Ada');
  });

  it('is settled by hand, with what is left in the chat, and without ids', async () => {
    const receipts = createReceipts(documents, deps().audit, 1e9);
    const settle = (note: string) => receipts.settle('wish', note, { id: 'cli:grace' }, never);
    await eraseForgotten(deps(), never);
    await expect(settle('the channel is deleted')).rejects.toThrow('not due yet, or over');
    await looks(20);
    await expect(settle(' ')).rejects.toThrow('a note has 1 to 500 characters');
    expect(await settle('the channel is deleted')).toMatchObject({
      state: 'settled',
      settled: { by: 'cli:grace', note: 'the channel is deleted' },
      places: { 'posts and pictures': { left: 1 } },
      personIds: [],
    });
    expect(await stored()).not.toContain('"ada"');
    const { length } = asked;
    await looks(3);
    expect(asked).toHaveLength(length);
    expect((await documents.get('receipt', 'wish', never)).document?.expiresAtMs).toBe(2_000_000_000);
    await expect(settle('again')).rejects.toThrow('not due yet, or over');
  });

  it('is not settled while something is left that a worker erases', async () => {
    const more: Place = { what: ['consent'], count: async () => ({ consent: 1 }), erase: async () => undefined, waitsFor: '' };
    await eraseForgotten(deps(), never);
    nowMs += 12 * minuteMs;
    await eraseForgotten({ ...deps(), places: [stuck, more] }, never);
    const settled = createReceipts(documents, deps().audit, 1e9).settle('wish', 'why', { id: 'cli' }, never);
    await expect(settled).rejects.toThrow('a worker erases the rest: consent');
  });

  it('leaves to a namesake what is theirs', async () => {
    await eraseForgotten(deps(), never);
    // Before anything was looked for.
    taken.add('Ada');
    await talkAbout('namesake', 'Ada');
    await looks(20);
    expect(await isOpen('namesake')).toBe(true);
  });
});
