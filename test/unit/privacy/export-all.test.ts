import { createExportPerson, type ExportDeps } from '@watchpost/privacy/export/export-person';
import { createKnownPosts } from '@watchpost/privacy/receipts/known-posts';
import { expect, it } from 'vitest';
import { createMemoryDocuments } from '../../support/memory-documents.ts';

const never = new AbortController().signal;
const count = 10_300;

it('an export of somebody lists all posts and all messages, however many they are', async () => {
  const documents = createMemoryDocuments(() => 1);
  const knownPosts = createKnownPosts(documents);
  for (let index = 0; index < count; index += 1) {
    const about = { kind: 'visit', id: `v${String(index)}` } as const;
    await knownPosts.note({ about, channel: 'slack:C1', messageId: String(index), pictures: [], persons: ['ada'], atMs: index }, never);
    const body = { to: { platform: 'slack', member: 'U1' }, about: null };
    if (index < count / 4)
      await documents.put({ kind: 'notice', id: about.id, revision: 0, atMs: index, keys: ['person:ada'], expiresAtMs: null, body }, never);
  }
  const none = async (): Promise<never[]> => [];
  const parts: object = {
    documents,
    gallery: { person: async () => ({ id: 'ada', name: 'Ada', status: 'named', number: null, lastSeen: null }) },
    questions: { idsOf: () => ['ada'] },
    kept: {
      holdings: { namesOf: none },
      elsewhere: { pairsOf: () => [], showing: () => [], learntFrom: () => [] },
      store: { faces: none },
      sightings: { ofPersons: none },
      audit: { newest: none },
    },
    records: { ofPersons: none },
    consents: { get: async () => ({ state: 'unknown' }) },
  };
  const deps: ExportDeps = Object.assign(Object.create(null), parts);
  const listed = new Map<string, number>();
  const add = async (name: string, bytes: Uint8Array): Promise<void> => {
    const value: unknown = name.endsWith('.json') ? JSON.parse(Buffer.from(bytes).toString()) : null;
    if (Array.isArray(value)) listed.set(name, value.length);
  };
  await createExportPerson(deps)('ada', add, never);
  expect([listed.get('posts.json'), listed.get('notices.json')]).toEqual([count, count / 4]);
}, 30_000);
