import type { AuditEntry } from '@watchpost/gallery/domain';
import { createConsents } from '@watchpost/privacy/consent/consents';
import { createKnownPosts } from '@watchpost/privacy/receipts/known-posts';
import { createDialogs } from '@watchpost/talk/dialogs';
import { createSubscriptions } from '@watchpost/visits/subscriptions';
import { saveNotice } from '@watchpost/worker/notice/notice';
import { expect, it } from 'vitest';
import { snapshotJob } from '../support/factories.ts';
import { strangerVector } from '../support/gallery-backends.ts';
import { describeOperations, reader } from '../support/gallery-rig.ts';
import { letTimePass } from '../support/passing-time.ts';
import { privacyRig } from '../support/privacy-rig.ts';

const never = new AbortController().signal;
const minuteMs = 60_000;

describeOperations('a receipt', (rig) => {
  /** Somebody with a name and with something in every place. */
  const somebody = async (number: number, privacy: ReturnType<typeof privacyRig>): Promise<string> => {
    const [first, second] = [`first-${number}`, `second-${number}`];
    const seen = await rig.see(strangerVector(number), first);
    await rig.see(strangerVector(number), second);
    const name = `Ada ${number}`;
    await rig.apply({ kind: 'name', person: seen?.person?.name ?? '', to: name });
    const { id } = await rig.called(name);
    const { records, documents, questions, operations } = rig.opened;
    for (const snapshotId of [first, second]) {
      const record = await records.open(snapshotJob({ snapshotId }), never);
      const face = { box: { x: 0, y: 0, width: 9, height: 9 }, quality: 1, decision: 'match' as const, similarity: 1 };
      await records.save(
        {
          ...record,
          state: 'recognised',
          faces: [
            { ...face, personId: 'somebody else' },
            { ...face, personId: id },
          ],
        },
        never,
      );
    }
    await createConsents({ documents, questions, operations }).set(id, { state: 'given', note: 'on paper' }, reader, never);
    await createSubscriptions(documents).add(
      { platform: 'slack', member: 'U1' },
      { who: { kind: 'person', personId: id }, camera: null, hours: null },
      never,
    );
    const shot = { snapshotId: first, messageId: 'm', takenAtMs: Date.now(), width: 9, height: 9 };
    const place = { v: 1, id: `visit-${number}`, revision: 0, channel: 'slack:C1', camera: null, snapshots: [shot], numbers: [] } as const;
    const nothingYet = {
      verdict: 'digest',
      post: null,
      picture: null,
      shownHash: null,
      shownRevision: 0,
      lastChange: null,
      replies: [],
    } as const;
    await privacy.visits.save(
      {
        ...place,
        ...nothingYet,
        snapshots: [shot],
        numbers: [],
        replies: [],
        persons: [id],
        asked: [],
        named: [id],
        said: [{ number: 1, notPerson: id }],
      },
      never,
    );
    await inTheChat(number, id, privacy);
    return id;
  };
  /** The picture with the name of whom `somebody` made last. */
  let drawn = '';
  /** What the chat and the queue have of them. */
  const inTheChat = async (number: number, id: string, { documents, visits, worker }: ReturnType<typeof privacyRig>): Promise<void> => {
    const name = `Ada ${number}`;
    const silent = await visits.get(`visit-${number}`, never);
    if (!silent) throw new Error('no visit');
    const posted = await visits.save(
      { ...silent, id: `post-${number}`, revision: 0, verdict: 'post', named: [], persons: [], said: [] },
      never,
    );
    await worker.say(posted.id, posted.revision);
    expect(JSON.stringify(worker.posts.shown().at(-1))).toContain(name);
    drawn = [...worker.posts.files.keys()].at(-1) ?? '';
    const channel = 'slack:C1' as const;
    const text = { summary: `${name} was here`, picture: null, sections: [], footer: [] };
    const old = await worker.posts.send(
      { channel, key: `old-${number}`, post: text, picture: null, thread: null, progress: null },
      async () => undefined,
      never,
    );
    const about = { kind: 'visit' as const, id: `gone-${number}` };
    await createKnownPosts(documents).note(
      { about, channel, messageId: old.messageId ?? '', pictures: [], persons: [id], atMs: Date.now() },
      never,
    );
    worker.failed.push({ id: `job-${number}`, data: { deed: { name } } });
    await saveNotice(
      documents,
      `notice-${number}`,
      { v: 1, to: { platform: 'slack', member: 'U1' }, persons: [id], post: text, sheet: [], progress: null, revision: 0 },
      Date.now(),
      never,
    );
    const none = { promptId: null, cardId: null, about: null, language: null, revision: 0 };
    const dialog = { chat: channel, member: 'U1', kind: 'naming', step: 'name', expiresAtMs: Date.now() + 3_600_000 };
    await createDialogs(documents).save({ id: `dialog-${number}`, data: { name }, ...dialog, ...none }, never);
  };
  const forget = (number: number): Promise<AuditEntry> => rig.apply({ kind: 'forget', person: `Ada ${number}` });
  const leftOf = ({ places }: { places: Record<string, { left: number }> }): number =>
    Object.values(places).reduce((sum, { left }) => sum + left, 0);

  it('counts what there is while it can be undone, and goes when it is undone', async () => {
    const privacy = privacyRig(rig.opened);
    await somebody(1, privacy);
    const { id } = await forget(1);
    expect(await privacy.receipt(id)).toMatchObject({ state: 'pending', places: {} });
    await privacy.round();
    const pending = await privacy.receipt(id);
    expect(pending).toMatchObject({ state: 'pending', dueAtMs: (pending?.acceptedAtMs ?? 0) + 10 * minuteMs });
    expect(pending?.places).toMatchObject({
      names: { found: 1, left: 1 },
      sightings: { found: 2, left: 2 },
      'snapshot records': { found: 2, left: 2 },
      consent: { found: 1, left: 1 },
      subscriptions: { found: 1, left: 1 },
      visits: { found: 2, left: 2 },
    });
    await rig.undo(id);
    expect(await privacy.receipt(id)).toBeUndefined();
    privacy.shiftMs = 11 * minuteMs;
    await privacy.round();
    expect(await rig.opened.documents.find({ kind: 'receipt', order: 'newest', limit: 9 }, never)).toEqual([]);
    expect(await rig.names()).toEqual(['Ada 1']);
    const { documents, questions, operations } = rig.opened;
    const consents = createConsents({ documents, questions, operations });
    expect(await consents.get((await rig.called('Ada 1')).id, never)).toMatchObject({ state: 'given' });
  });

  it('is verified wherever the process dies, with nothing left anywhere, and without a name', async () => {
    const privacy = privacyRig(rig.opened);
    // Every ninth step, and others on each database: all would take minutes.
    for (let deathAt = rig.backend.name.startsWith('MongoDB') ? 1 : 5; ; deathAt += 9) {
      const death = { happened: false };
      const personId = await somebody(deathAt, privacy);
      const { id } = await forget(deathAt);
      await letTimePass(rig.storage, 12 * minuteMs);
      let steps = 0;
      privacy.step = () => {
        steps += 1;
        if (steps !== deathAt) return;
        death.happened = true;
        throw new Error('killed');
      };
      for (let round = 0; round < 2 && !death.happened; round += 1) await privacy.round().catch(() => undefined);
      privacy.step = () => undefined;
      const done = await privacy.until(id, 'done');
      expect([deathAt, leftOf(done)]).toEqual([deathAt, 0]);
      // The second look is the same wherever it died.
      const { places, ...rest } = death.happened ? done : await privacy.until(id, 'verified');
      expect(places).toMatchObject({
        names: { found: 1, erased: 1 },
        faces: { erased: expect.any(Number) },
        sightings: { found: 2, erased: 2 },
        'last seen': { found: 1, erased: 1 },
        'snapshot records': { found: 2, erased: 2 },
        consent: { found: 1, erased: 1 },
        subscriptions: { found: 1, erased: 1 },
        visits: { found: 2, erased: 2 },
        jobs: { found: 1, erased: 1 },
        conversations: { found: 1, erased: 1 },
        'digests and messages': { erased: expect.any(Number), left: 0 },
        'posts and pictures': { found: 2, erased: 2 },
      });
      expect(JSON.stringify([privacy.worker.posts.messages, privacy.worker.failed])).not.toContain(`Ada ${deathAt}"`);
      expect(privacy.worker.posts.files.has(drawn)).toBe(false);
      expect(places['audit entries with names']?.erased).toBeGreaterThanOrEqual(3);
      expect(JSON.stringify([places, rest])).not.toMatch(/Ada/);
      const ended = { state: rest.state, named: rest.personIds.length > 0 };
      expect(ended.state).toBe(death.happened ? 'done' : 'verified');
      expect(ended.named && !death.happened).toBe(false);
      const { holdings } = rig.opened.kept;
      const traces = await holdings.traces({ personIds: [personId], faceIds: [] }, never);
      expect(Object.values(traces).every((count) => count === 0)).toBe(true);
      expect(await privacy.visits.withPersons([personId], 0, never)).toEqual([]);
      const record = await rig.opened.records.get(`first-${deathAt}`, never);
      expect(record?.faces?.map((face) => face.personId)).toEqual(['somebody else', null]);
      if (!death.happened) return;
    }
  }, 120_000);

  it('waits for a process that has not read the change', async () => {
    const privacy = privacyRig(rig.opened);
    await somebody(1, privacy);
    const { nowMs } = await rig.opened.documents.get('process', 'slow', never);
    const body = { v: 1, process: 'ingest', host: 'box', startedAtMs: 0, epoch: rig.opened.gallery.position().epoch, version: 1 };
    const slow = { kind: 'process', id: 'slow', revision: 0, atMs: nowMs, keys: [], expiresAtMs: nowMs + 60_000, body };
    await rig.opened.documents.put(slow, never);
    const { id, version } = await forget(1);
    await letTimePass(rig.storage, 12 * minuteMs);
    for (let round = 0; round < 3; round += 1) {
      await privacy.round();
      privacy.shiftMs += 1_000;
    }
    const waiting = await privacy.receipt(id);
    expect(waiting).toMatchObject({ state: 'erasing' });
    expect(waiting?.places['memory of processes']).toEqual({
      found: 1,
      left: 1,
      erased: 0,
      why: 'has not read the change yet: ingest on box',
    });
    await rig.opened.documents.put({ ...slow, revision: 1, body: { ...body, version } }, never);
    privacy.shiftMs += 30_000;
    await privacy.round();
    expect((await privacy.receipt(id))?.places['memory of processes']).toMatchObject({ left: 0, erased: 1 });
  });
});
