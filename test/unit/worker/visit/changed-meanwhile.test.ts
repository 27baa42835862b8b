import { describe, expect, it } from 'vitest';
import { until } from '../../../support/until.ts';
import { comparableFace } from '../../../support/comparable-face.ts';
import { startVisitRig, type VisitRig } from '../../../support/visit-rig.ts';

const never = new AbortController().signal;

/** The task that edits posts of persons who were changed. */
const followIn = (rig: VisitRig): Promise<void> => rig.visiting.tasks.find(({ name }) => name === 'follow')!.run(never);

describe('somebody who is renamed while a visit is being posted', () => {
  it('is called by the new name in the end', async () => {
    const rig = startVisitRig();
    await followIn(rig);
    await rig.join('s1', [comparableFace()]);
    let release = (): void => undefined;
    rig.hold = new Promise((resolve) => (release = resolve));
    const settled = rig.settle();
    await until('the download', () => rig.downloads.length > 0);
    rig.faces.set('s1', [comparableFace({ person: { id: 'ada', status: 'named', name: 'Ada Lovelace' } })]);
    rig.changes = { version: rig.changes.version + 1, personIds: ['ada'] };
    // It finds nothing that it could edit, and does not come back to this change.
    await followIn(rig);
    release();
    await settled;
    await followIn(rig);
    await rig.settle();
    expect(JSON.stringify(rig.posts.shown().map(({ post }) => post))).toContain('Ada Lovelace');
  });
});
