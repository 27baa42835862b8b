import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { entrySchema } from '@watchpost/feeds/entry';
import { toDocument as entryDocument } from '@watchpost/feeds/store/entry-document';
import { toDocument as visitDocument } from '@watchpost/visits/visit-document';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { paragraph, sampleEntry, samplePicture, written } from '../../support/entry-samples.ts';
import { strangerVector } from '../../support/gallery-backends.ts';
import { describeOperations } from '../../support/gallery-rig.ts';
import { runCommand } from '../../support/run-command.ts';
import { visitOf } from '../../support/visit-samples.ts';

const never = new AbortController().signal;
const dayMs = 86_400_000;

describeOperations('boards of a backup that names somebody who was forgotten since', (rig) => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'boards-forgotten-'));
  });
  afterAll(async () => rm(folder, { recursive: true }));

  const channel = 'slack:CRESULTS';
  /** What the board says of a visit: with a picture, and something that waits. */
  const entryOf = (messageId: string, name: string) => {
    const picture = samplePicture({ fileId: `visit:${messageId}:0`, name: `${messageId}.jpg`, altText: `Gate: ${name}` });
    const said = {
      atUs: 1,
      hash: 'h',
      isEdited: false,
      isApproved: false,
      written: written(paragraph('Gate'), paragraph(name, ' · sure')),
    };
    const waiting = { atUs: 2, hash: 'w', isEdited: true, withheld: null, sealed: 'sealed' };
    const author = { member: null, bot: null, app: null };
    const of = { id: `board.${messageId}`, feed: 'board', messageId, author };
    return sampleEntry({ ...of, channel, versions: [waiting], published: said, pictures: [picture] });
  };
  const posted = (messageId: string, persons: string[]) =>
    visitOf(['a'], {
      id: `visit-${messageId}`,
      revision: 0,
      persons,
      post: { channel, progress: { state: 'posted', fileId: null, uploadedAtMs: null, askedAtMs: 1, messageId } },
    });

  it('is withheld with its pictures from the moment in which it is back', async () => {
    for (const [index, name] of ['Ada', 'Bob'].entries()) {
      const seen = await rig.see(strangerVector(index + 1));
      await rig.apply({ kind: 'name', person: seen?.person?.name ?? '', to: name });
    }
    const [ada, bob] = [(await rig.called('Ada')).id, (await rig.called('Bob')).id];
    const picture = (id: string) => ({ kind: 'feed-picture', id, revision: 0, atMs: Date.now(), keys: [], expiresAtMs: null, body: {} });
    await rig.withDatabase(async ({ documents }) => {
      const put = [
        // In this one she was, though it does not name her; of the last one no visit is left.
        ...[posted('1', [ada]), posted('2', [bob, ada]), posted('3', [bob])].map((visit) => visitDocument(visit, 1e13)),
        ...[entryOf('1', 'Ada'), entryOf('2', 'Bob'), entryOf('3', 'Bob'), entryOf('4', 'ADA')].map((entry) =>
          entryDocument(entry, 0, 1e13),
        ),
        ...['1.jpg', '2.jpg', '3.jpg', '4.jpg'].map(picture),
        ...['1.jpg.1', '3.jpg.1'].map((id) => ({ ...picture(id), kind: 'feed-picture-part' })),
        ...['1', '3'].map((id) => ({ ...picture(`${channel}.${id}`), kind: 'delivery', atMs: Date.now() + dayMs })),
      ];
      for (const document of put) await documents.put(document, never);
    });
    const env = { ...rig.storage };
    const file = path.join(folder, `${rig.backend.name.replaceAll(/\W/g, '-')}.gz`);
    expect(await runCommand('export', [file], env)).toMatchObject({ code: 0 });
    await rig.apply({ kind: 'forget', person: 'Ada' });
    expect(await runCommand('restore', ['--replace', file], env)).toMatchObject({ code: 0, err: [] });
    await rig.withDatabase(async ({ documents }) => {
      const all = async (kind: string) => documents.find({ kind, order: 'oldest', limit: 99 }, never);
      const entries = (await all('entry')).map(({ body }) => entrySchema.parse(body));
      expect(JSON.stringify(entries)).not.toMatch(/ada/i);
      const shown = entries.map(({ id, published, changes }) => [id, published !== null, changes]);
      expect(shown.toSorted(([one], [other]) => (String(one) < String(other) ? -1 : 1))).toEqual([
        ['board.1', false, 2],
        ['board.2', false, 2],
        ['board.3', true, 1],
        ['board.4', false, 2],
      ]);
      for (const { id, versions } of entries) expect(versions[0]?.sealed ?? null).toBe(id === 'board.3' ? 'sealed' : null);
      expect((await all('feed-picture')).map(({ id }) => id)).toEqual(['3.jpg']);
      expect((await all('feed-picture-part')).map(({ id }) => id)).toEqual(['3.jpg.1']);
      // Somebody looks soon at what was brought elsewhere.
      expect((await all('delivery')).map(({ id, atMs }) => [id, atMs < Date.now()])).toEqual([
        [`${channel}.1`, true],
        [`${channel}.3`, false],
      ]);
    });
  });
});
