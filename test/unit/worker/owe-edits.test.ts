import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { beforeEach, describe, expect, it } from 'vitest';
import { type FollowRig, startFollowRig } from '../../support/owe-follow-rig.ts';

const never = new AbortController().signal;
const count = 900;
const again = 600_000;
let followRig: FollowRig;
beforeEach(() => {
  followRig = startFollowRig();
});

/** The documents, as a process uses them that can be killed before one of its writes; and how many it has read and written. */
function watched(): { documents: DocumentStore; reads: () => number; writes: () => number; killAfter: (writes: number) => void } {
  const { documents } = followRig.rig;
  let [reads, writes, left] = [0, 0, Infinity];
  const write = (): void => {
    if (left === 0) throw new Error('killed');
    [writes, left] = [writes + 1, left - 1];
  };
  return {
    documents: {
      ...documents,
      find: async (query, signal) => {
        const found = await documents.find(query, signal);
        reads += found.length;
        return found;
      },
      getAll: async (kind, ids, signal) => {
        const found = await documents.getAll(kind, ids, signal);
        reads += found.length;
        return found;
      },
      put: async (document, signal) => {
        write();
        return documents.put(document, signal);
      },
      remove: async (...of) => {
        write();
        return documents.remove(...of);
      },
    },
    reads: () => reads,
    writes: () => writes,
    killAfter: (more) => void (left = more),
  };
}
const owed = async () => followRig.rig.documents.find({ kind: 'owed-edit', order: 'oldest', limit: 2 * count }, never);
const cursor = async () => (await followRig.rig.documents.get('cursor', 'follow', never)).document;
/** Ada is in so many visits when she takes back her consent; the newest first. */
async function adaIn(visits: number): Promise<string[]> {
  const [first = ''] = await followRig.posted(1);
  const ids = [first, ...(await followRig.copied(first, visits - 1))].toReversed();
  await followRig.once();
  return ids;
}

describe('the edits that are owed', () => {
  it('of 900 posts of one person: newest first, with a small cursor, and a bounded number of documents each time', async () => {
    const ids = await adaIn(count);
    const { documents, reads, writes } = watched();
    const tookBack = followRig.tookBack();
    followRig.changed('ada');
    const asked: string[] = [];
    for (let call = 0; call < count / 30; call += 1) {
      const before = [reads(), writes()];
      await followRig.once({ tookBack, documents });
      asked.push(...followRig.edited());
      expect(JSON.stringify(await cursor()).length).toBeLessThan(300);
      expect([reads() - before[0]!, writes() - before[1]!], `call ${call}`).toEqual(call === 0 ? [30, count + 1 + 30] : [30, 30]);
    }
    expect(asked).toEqual(ids);
    const before = reads();
    await followRig.once({ tookBack, documents });
    expect([followRig.edited(), reads() - before]).toEqual([[], 0]);
    expect(await owed()).toHaveLength(count);
    // Whatever was asked for in a history that is gone is asked for in the next.
    followRig.epoch = 'e2';
    await followRig.once({ tookBack, documents });
    expect(new Set(followRig.edited()).size).toBe(30);
    expect((await owed()).filter(({ body }) => JSON.stringify(body).includes('"revision":null'))).toHaveLength(count - 30);
  }, 30_000);

  it('are each asked for once more than they were, and none is lost, wherever the process is killed', async () => {
    const ids = await adaIn(40);
    const tookBack = followRig.tookBack();
    followRig.changed('ada');
    const asked: string[] = [];
    for (let writes = 0; writes < 60; writes += 1) {
      const { documents, killAfter } = watched();
      killAfter(writes);
      const isKilled = await followRig.once({ tookBack, documents }).then(
        () => false,
        () => true,
      );
      asked.push(...followRig.edited());
      // All are noted before the cursor says that the change was seen, and until then each is written once.
      const [isSeen, found] = [(await cursor())?.revision !== 1, await owed()];
      expect(isSeen ? found.length : 40).toBe(40);
      expect(isSeen ? [] : found.filter(({ revision }) => revision > 1)).toEqual([]);
      if (!isKilled && asked.length >= 40) break;
    }
    expect(new Set(asked)).toEqual(new Set(ids));
    expect(asked.length).toBeLessThan(50);
  });

  it('go when they were said, and when the visit is gone', async () => {
    const [gone = '', said = ''] = await adaIn(2);
    const tookBack = followRig.tookBack();
    followRig.changed('ada');
    await followRig.once({ tookBack });
    expect(followRig.edited()).toEqual([gone, said]);
    const { rig } = followRig;
    await rig.documents.remove('visit', gone, (await rig.visit(gone)).revision, never);
    const visit = await rig.visit(said);
    await rig.visiting.visits.save({ ...visit, shownRevision: visit.revision }, never);
    rig.nowMs += again - 1;
    await followRig.once({ tookBack });
    expect(await owed()).toHaveLength(2);
    rig.nowMs += 1;
    await followRig.once({ tookBack });
    expect([await owed(), followRig.edited()]).toEqual([[], []]);
  });

  it('are asked for at once where somebody else takes back a consent meanwhile', async () => {
    const [id] = await adaIn(1);
    const tookBack = followRig.tookBack();
    for (const _time of ['first', 'second']) {
      followRig.changed('ada');
      await followRig.once({ tookBack });
      expect(followRig.edited()).toEqual([id]);
      await followRig.once({ tookBack });
      expect(followRig.edited()).toEqual([]);
    }
  });

  it('come up although they were noted while the clock was two days ahead', async () => {
    const [id] = await adaIn(1);
    const tookBack = followRig.tookBack();
    followRig.changed('ada');
    followRig.rig.nowMs += 2 * 86_400_000;
    await followRig.once({ tookBack });
    followRig.rig.nowMs -= 2 * 86_400_000;
    followRig.edited();
    await followRig.once({ tookBack });
    expect(followRig.edited()).toEqual([id]);
  });

  it('are taken over from the cursor of a former release, also where that was of another history', async () => {
    const [third = '', second = '', first = ''] = await adaIn(3);
    const tookBack = followRig.tookBack();
    const { documents } = followRig.rig;
    for (const epoch of ['e1', 'e0']) {
      const owedThen = [{ visitId: first, revision: 1, times: 3, lookAtMs: followRig.rig.nowMs + 80_000_000 }];
      const body = { epoch, version: followRig.rig.changes.version, waiting: [], nameless: [third, second], owed: owedThen };
      const before = await cursor();
      await documents.put({ ...before!, body }, never);
      await followRig.once({ tookBack });
      expect(new Set(followRig.edited())).toEqual(new Set([third, second, first]));
      expect((await cursor())?.body).toEqual({ epoch: 'e1', version: followRig.rig.changes.version, waiting: [] });
    }
  });
});
