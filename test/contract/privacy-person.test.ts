import { PassThrough, Writable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { namelessWords, withConsentedNames } from '@watchpost/privacy/consent/shown-names';
import { openPrivacy, type Privacy } from '@watchpost/privacy/open-privacy';
import { readRetention } from '@watchpost/privacy/retention/settings';
import { fromBuffer, type Entry } from 'yauzl';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { alikeVector, strangerVector } from '../support/gallery-backends.ts';
import { describeOperations, reader } from '../support/gallery-rig.ts';

const never = new AbortController().signal;

/** The files of a zip, by name. */
async function unzipped(bytes: Buffer): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  await new Promise<void>((resolve, reject) => {
    fromBuffer(bytes, { lazyEntries: true }, (error, zip) => {
      if (error) return reject(error);
      zip.on('entry', (entry: Entry) => {
        zip.openReadStream(entry, (failure, stream) => {
          if (failure) return reject(failure);
          const chunks: Buffer[] = [];
          stream.on('data', (chunk: Buffer) => chunks.push(chunk));
          stream.on('end', () => {
            files.set(entry.fileName, Buffer.concat(chunks));
            zip.readEntry();
          });
        });
      });
      zip.on('end', () => resolve());
      zip.readEntry();
    });
  });
  return files;
}

describeOperations('what concerns one person', (rig) => {
  const privacy = (): Privacy => openPrivacy(rig.opened, readRetention({}));
  const seeAdaAndBob = async (): Promise<{ ada: string; bob: string }> => {
    const crop = new Uint8Array([0xff, 0xd8, 1]);
    await rig.see(strangerVector(1), 's1', { crop });
    await rig.see(strangerVector(2), 's2', { crop });
    await rig.apply({ kind: 'name', person: 'Unknown 1', to: 'Ada' });
    await rig.apply({ kind: 'name', person: 'Unknown 2', to: 'Bob' });
    await rig.seeAll([strangerVector(1), strangerVector(2)], { snapshotId: 'both' });
    await rig.apply({ kind: 'alias', person: 'Ada', alias: 'Countess' });
    return { ada: (await rig.called('Ada')).id, bob: (await rig.called('Bob')).id };
  };

  it('is exported as a zip, without other people', async () => {
    const { ada, bob } = await seeAdaAndBob();
    await rig.apply({ kind: 'assign', snapshotId: 'both', position: 1, person: 'Ada' }).catch(() => undefined);
    await rig.apply({ kind: 'assign', snapshotId: 'both', position: 1, person: 'Bob' }).catch(() => undefined);
    await privacy().consents.set(ada, { state: 'given', note: 'on paper' }, reader, never);
    const to = new PassThrough();
    const [exported, bytes] = await Promise.all([privacy().exportZip(ada, to, never), buffer(to)]);
    const files = await unzipped(bytes);
    const read = (name: string): unknown => JSON.parse(files.get(name)?.toString() ?? 'null');
    const listed = (name: string) => z.array(z.record(z.string(), z.unknown())).parse(read(name));
    expect(exported).toMatchObject({ name: 'Ada', files: files.size });
    expect(read('person.json')).toMatchObject({
      format: 'watchpost-person',
      version: 1,
      status: 'named',
      consent: { state: 'given', by: 'slack', note: 'on paper' },
    });
    expect(read('person.json')).toMatchObject({ names: expect.arrayContaining(['Ada', 'Countess']) });
    const references = listed('faces.json').filter(({ role }) => role === 'reference');
    expect(references[0]).toMatchObject({ picture: expect.stringMatching(/^faces\/.*\.jpg$/), embedding: expect.any(String) });
    expect(files.get(String(references[0]?.['picture']))).toEqual(Buffer.from([0xff, 0xd8, 1]));
    const sightings = listed('sightings-0001.json');
    expect(sightings.map(({ snapshot }) => String(snapshot)).toSorted((a, b) => a.localeCompare(b))).toEqual(['both', 's1']);
    expect(Buffer.from(String(sightings[0]?.['embedding']), 'base64')).toHaveLength(4 * 1_024);
    expect(listed('audit.json').map(({ action }) => action)).toContain('name');
    const text = [...files].map(([name, content]) => `${name}\n${content.toString('latin1')}`).join('\n');
    const withoutVectors = text.replaceAll(/"embedding": "[^"]*"/g, '');
    for (const other of ['Bob', bob, 'U1']) expect(withoutVectors).not.toContain(other);
  });

  it('is exported without faces that may be somebody else’s', async () => {
    const { ada } = await seeAdaAndBob();
    const crop = new Uint8Array([0xff, 0xd8, 7]);
    const unsure = await rig.see(alikeVector(strangerVector(1), 0.62, 9), 'unsure', { quality: 0.35, crop });
    expect(unsure).toMatchObject({ decision: 'uncertain', person: { id: ada } });
    const to = new PassThrough();
    const [, bytes] = await Promise.all([privacy().exportZip(ada, to, never), buffer(to)]);
    const files = await unzipped(bytes);
    expect([...files.keys()].filter((name) => name.includes('unsure'))).toEqual([]);
    expect(files.get('sightings-0001.json')?.toString()).not.toContain('unsure');
    expect([...files.values()].some((content) => content.equals(Buffer.from(crop)))).toBe(false);
  });

  it('rejects an export of nobody, and destroys what was begun', async () => {
    const to = new PassThrough();
    to.resume();
    const failed = privacy().exportZip('nobody', to, never);
    await expect(failed).rejects.toThrow('there is no such person');
    expect(to.destroyed).toBe(true);
    const gone = new Writable({ write: (_chunk, _encoding, done) => done(new Error('the reader left')) });
    const { ada } = await seeAdaAndBob();
    await expect(privacy().exportZip(ada, gone, never)).rejects.toThrow('the reader left');
  });

  it('is consent: noted with who and when, in the audit, and after a merge the newest', async () => {
    const { ada, bob } = await seeAdaAndBob();
    const { consents } = privacy();
    expect(await consents.get(ada, never)).toEqual({ state: 'unknown' });
    await consents.set(bob, { state: 'asked', note: null }, reader, never);
    const given = await consents.set(ada, { state: 'given', note: 'on paper' }, reader, never);
    expect(given).toMatchObject({ state: 'given', by: 'slack:U1', note: 'on paper', atMs: expect.any(Number) });
    expect(await rig.opened.operations.history(1, never)).toMatchObject([
      { action: 'consent', summary: 'Ada: consent given', personIds: [ada], inverse: null },
    ]);
    await rig.apply({ kind: 'merge', from: 'Ada', into: 'Bob' });
    expect(await consents.get(bob, never)).toMatchObject({ state: 'given' });
    await expect(consents.set('nobody', { state: 'given', note: null }, reader, never)).rejects.toThrow('no such person');
    await expect(consents.set(bob, { state: 'given', note: 'x'.repeat(501) }, reader, never)).rejects.toThrow('500 characters');
  });

  it('says the name only while they consent, and tells whoever follows the changes', async () => {
    const { ada } = await seeAdaAndBob();
    const { consents } = privacy();
    const shown = withConsentedNames(rig.opened, consents);
    const names = async (): Promise<(string | undefined)[]> =>
      ((await shown.questions.seenIn(['both'], never)).get('both') ?? []).map(({ person }) => person?.name);
    expect(await names()).toEqual([namelessWords, namelessWords]);
    const { version } = await shown.questions.changedSince(0, never);
    await consents.set(ada, { state: 'given', note: null }, reader, never);
    expect((await shown.questions.changedSince(version, never)).personIds).toEqual([ada]);
    expect(await names()).toEqual(['Ada', namelessWords]);
    expect((await shown.gallery.person(ada, never))?.name).toBe('Ada');
    await consents.set(ada, { state: 'withdrawn', note: null }, reader, never);
    expect(await names()).toEqual([namelessWords, namelessWords]);
    expect((await shown.gallery.person(ada, never))?.name).toBe(namelessWords);
    const told = [...(await shown.questions.seenIn(['both'], never)).values()];
    expect(JSON.stringify(told)).not.toMatch(/Ada|Bob/);
    // Those who name people see the gallery itself.
    expect((await rig.opened.gallery.person(ada, never))?.name).toBe('Ada');
    await rig.see(strangerVector(3), 's3');
    expect(((await shown.questions.seenIn(['s3'], never)).get('s3') ?? [])[0]?.person?.name).toBe('Unknown 3');
  });
});
