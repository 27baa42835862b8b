import { createConsents } from '@watchpost/privacy/consent/consents';
import { openPrivacy } from '@watchpost/privacy/open-privacy';
import { placesInExport, type InExport } from '@watchpost/privacy/export/places';
import { createKnownPosts } from '@watchpost/privacy/receipts/known-posts';
import { readRetention } from '@watchpost/privacy/retention/settings';
import { createSubscriptions } from '@watchpost/visits/subscriptions';
import { toDocument } from '@watchpost/visits/visit-document';
import { saveNotice } from '@watchpost/worker/notice/notice';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { snapshotJob } from '../support/factories.ts';
import { alikeVector, strangerVector } from '../support/gallery-backends.ts';
import { describeOperations, reader } from '../support/gallery-rig.ts';
import { visitOf } from '../support/visit-samples.ts';

const never = new AbortController().signal;
const box = { x: 1, y: 2, width: 9, height: 9 };

describeOperations('an export of one person', (rig) => {
  const exported = async (personId: string) => {
    const files = new Map<string, string>();
    const { exportPerson } = openPrivacy(rig.opened, readRetention({}));
    await exportPerson(personId, async (name, bytes) => void files.set(name, Buffer.from(bytes).toString('latin1')), never);
    const list = (name: string) => z.array(z.record(z.string(), z.unknown())).parse(JSON.parse(files.get(name) ?? 'null'));
    return { files, list };
  };
  const person = async (seed: number, name: string): Promise<string> => {
    const seen = await rig.see(strangerVector(seed), `s${String(seed)}`, { crop: new Uint8Array([0xff, 0xd8, seed]) });
    await rig.apply({ kind: 'name', person: seen?.person?.name ?? '', to: name });
    return (await rig.called(name)).id;
  };

  it('has the faces of theirs that others have, so that nobody takes them for those', async () => {
    const [ada, bob] = [await person(1, 'Ada'), await person(2, 'Bob')];
    // Bob is recognised, and a reader says that it is Ada: Bob has learnt whom the face shows.
    await rig.see(strangerVector(2), 'mistaken');
    await rig.apply({ kind: 'assign', snapshotId: 'mistaken', position: 0, person: 'Ada' });
    const held = (await rig.contents()).faces.filter(({ personId, shows }) => personId === bob && shows === ada);
    expect(held).toHaveLength(1);
    const { list, files } = await exported(ada);
    const elsewhere = list('faces.json').filter(({ heldFor }) => heldFor === 'somebody else');
    expect(elsewhere).toMatchObject([{ role: 'negative', embedding: expect.any(String) }]);
    expect(JSON.stringify(elsewhere)).not.toContain(bob);
    expect([...files.values()].join('\n')).not.toMatch(/Bob/);
    // And Bob's export has no face of hers.
    const ofBob = (await exported(bob)).list('faces.json').filter(({ role }) => role === 'negative');
    expect(ofBob).toMatchObject([{ heldFor: 'this person', picture: null }]);
    expect(ofBob[0]).not.toHaveProperty('embedding');
  });

  it('has records, notices and subscriptions, and nothing in them of others', async () => {
    const [ada, bob] = [await person(1, 'Ada'), await person(2, 'Bob')];
    const { records, documents } = rig.opened;
    const recorded = async (each: number): Promise<void> => {
      const record = await records.open(snapshotJob({ snapshotId: `record-${String(each)}`, camera: 'Door' }), never);
      const faces = [
        { box, quality: 1, decision: 'match' as const, similarity: 0.9, personId: ada },
        { box, quality: 1, decision: 'match' as const, similarity: 0.123, personId: bob },
        { box, quality: 1, decision: 'uncertain' as const, similarity: 0.456, personId: ada },
      ];
      await records.save({ ...record, state: 'recognised', faces: each === 202 ? faces.slice(1, 2) : faces }, never);
    };
    // More than one page.
    await Promise.all(Array.from({ length: 203 }, (_, each) => recorded(each)));
    const subscriptions = createSubscriptions(documents);
    const wish = { who: { kind: 'person' as const, personId: ada }, camera: 'Door', hours: null };
    await subscriptions.add({ platform: 'slack', member: 'UOTHER' }, wish, never);
    const notice = { v: 1 as const, post: null, sheet: [], persons: [ada, bob], progress: null, revision: 0 };
    await saveNotice(documents, 'n1', { ...notice, to: { channel: 'slack:C1' }, about: { fromMs: 1, toMs: 2 } }, Date.now(), never);
    await saveNotice(documents, 'n2', { ...notice, to: { platform: 'slack', member: 'UOTHER' } }, Date.now(), never);
    const consents = createConsents(rig.opened);
    await consents.set(ada, { state: 'asked', note: null }, reader, never);
    await consents.set(ada, { state: 'given', note: 'on paper' }, reader, never);
    const { list, files } = await exported(ada);
    expect(list('records.json')).toHaveLength(202);
    expect(list('records.json')[0]).toMatchObject({ camera: 'Door', state: 'recognised', faces: [{ similarity: 0.9 }] });
    expect(list('subscriptions.json')).toEqual([{ by: 'a member of the chat', camera: 'Door', hours: null }]);
    expect(list('notices.json').map(({ kind, channel }) => [kind, channel])).toEqual(
      expect.arrayContaining([
        ['digest', 'slack:C1'],
        ['message', null],
      ]),
    );
    expect(list('audit.json').flatMap(({ action, words }) => (action === 'consent' ? [words] : []))).toEqual([
      'Ada: consent given',
      'Ada: asked for consent',
    ]);
    const text = [...files.values()].join('\n').replaceAll(/"embedding": "[^"]*"/g, '');
    for (const other of ['Bob', bob, 'UOTHER', '0.123', '0.456']) expect(text).not.toContain(other);
  });

  it('has a face that nobody was sure of once a reader has said that it is theirs', async () => {
    const ada = await person(1, 'Ada');
    const unsure = alikeVector(strangerVector(1), 0.62, 3);
    for (const id of ['asked', 'confirmed']) expect(await rig.see(unsure, id, { quality: 0.35 })).toMatchObject({ decision: 'uncertain' });
    await rig.apply({ kind: 'assign', snapshotId: 'confirmed', position: 0, person: ada });
    const { list } = await exported(ada);
    const seen = list('sightings-0001.json').map(({ snapshot, said }) => [snapshot, said]);
    expect(seen).toContainEqual(['confirmed', reader.id.split(':')[0]]);
    expect(seen.map(([snapshot]) => snapshot)).not.toContain('asked');
  });

  it('has no visit, nor its post, in which they were only asked about, or somebody said that it was not they', async () => {
    const ada = await person(1, 'Ada');
    const { documents } = rig.opened;
    const posts = createKnownPosts(documents);
    const post = async (id: string): Promise<void> => {
      const about = { kind: 'visit', id } as const;
      await posts.note({ about, channel: 'slack:C1', messageId: id, pictures: [], persons: [ada], atMs: 1 }, never);
    };
    const visits = {
      'was-there': { persons: [ada] },
      'asked-about': { asked: [ada] },
      'said-not': { asked: [ada], named: [ada], said: [{ number: 1, notPerson: ada }] },
    };
    for (const [id, over] of Object.entries(visits)) {
      await documents.put(toDocument({ ...visitOf(['a'], over), id, revision: 0 }, 1e15), never);
      await post(id);
    }
    await post('expired');
    const { list } = await exported(ada);
    expect(list('visits.json').map(({ id }) => id)).toEqual(['was-there']);
    expect(new Set(list('posts.json').map(({ messageId }) => messageId))).toEqual(new Set(['expired', 'was-there']));
  });

  it('has every file that it says has a place’s data, and says what it leaves out', async () => {
    const { files } = await exported(await person(1, 'Ada'));
    const readme = files.get('README.txt') ?? '';
    const places = Object.values<InExport>(placesInExport);
    const named = places.flatMap((place) => ('files' in place ? place.files : []));
    const reasons = places.flatMap((place) => ('leftOut' in place ? [place.leftOut] : []));
    expect([...named, ...reasons].filter((each) => !readme.includes(each))).toEqual([]);
    // Of an unknown who was named no sighting has a picture of its own any more.
    const written = [...files.keys()];
    expect(named.filter((file) => file !== 'sightings/' && !written.some((each) => each.startsWith(file)))).toEqual([]);
    const besides = written.filter((file) => !file.includes('/') && file !== 'README.txt');
    expect(besides.filter((file) => !readme.includes(file))).toEqual([]);
  });
});
