import { givenAgain } from '@watchpost/cli/support/given-again';
import type { Database } from '@watchpost/gallery/stores/database';
import { notGivenIn, type ConsentState } from '@watchpost/privacy/consent/consents';
import { describe, expect, it } from 'vitest';
import { createMemoryDocuments } from '../../support/memory-documents.ts';

const never = new AbortController().signal;

/** What was noted: of whom, what, when, and of which ids. */
type Noted = [id: string, state: ConsentState, atMs: number, covers?: string[]];
/** Who is there: a name and, of those who were merged, into whom. */
type People = Record<string, string | null>;

async function documentsWith(noted: readonly Noted[]) {
  const documents = createMemoryDocuments(() => 0);
  for (const [id, state, atMs, covers = [id]] of noted) {
    const body = { v: 1, state, atMs, by: 'cli', note: null, covers };
    await documents.put({ kind: 'consent', id, revision: 0, atMs, keys: [], expiresAtMs: null, body }, never);
  }
  return documents;
}

function archiveWith(people: People): Database['archive'] {
  const page = Object.entries(people).map(([id, mergedInto]) => ({ id, name: id, mergedInto, deletedAtMs: null }));
  async function* read() {
    yield page;
  }
  const archive: object = { snapshot: async (use: (reader: object) => unknown) => use({ read }) };
  return Object.assign(Object.create(null), archive);
}

/** Whom a restore names: what was noted before it, what the file brings, and who is in it. */
const named = async (before: readonly Noted[], after: readonly Noted[], people: People): Promise<string[]> => {
  const notGiven = await notGivenIn(await documentsWith(before), new Map(), never);
  return givenAgain(notGiven, { archive: archiveWith(people), documents: await documentsWith(after) }, never);
};

describe('after a restore', () => {
  it('whoever took back consent since the backup is named', async () => {
    expect(await named([['Ada', 'withdrawn', 2]], [['Ada', 'given', 1]], { Ada: null, Bob: null })).toEqual(['Ada']);
  });

  it('whoever took it back and was asked anew is named, too', async () => {
    expect(await named([['Ada', 'asked', 3]], [['Ada', 'given', 1]], { Ada: null })).toEqual(['Ada']);
  });

  it('nobody is named of whom the backup has the newer word', async () => {
    expect(await named([['Ada', 'withdrawn', 2]], [['Ada', 'given', 3]], { Ada: null })).toEqual([]);
  });

  it('nobody is named whose older word was replaced, before the backup, when they were somebody else', async () => {
    const noted: Noted[] = [
      ['Ada', 'withdrawn', 2, ['Ada', 'Adah']],
      ['Adah', 'given', 1],
    ];
    expect(await named(noted, noted, { Ada: null, Adah: 'Ada' })).toEqual([]);
  });

  it('nobody is named who has consented again as whom they have become', async () => {
    const before: Noted[] = [
      ['Ada', 'given', 3, ['Ada', 'Adah']],
      ['Adah', 'withdrawn', 2],
    ];
    expect(await named(before, [['Adah', 'given', 1]], { Ada: null, Adah: null })).toEqual([]);
  });

  it('they are named as whom the backup has them', async () => {
    const before: Noted[] = [['Ada', 'withdrawn', 5, ['Ada', 'Adah']]];
    const given: Noted[] = [['Adah', 'given', 1]];
    expect(await named(before, given, { Ada: null, Adah: null })).toEqual(['Adah']);
    expect(await named(before, given, { Eve: null, Ada: 'Eve', Adah: 'Ada' })).toEqual(['Eve']);
  });
});
