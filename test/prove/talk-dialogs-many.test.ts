import { expect, it } from 'vitest';
import { describeOperations } from '../support/gallery-rig.ts';
import { manyDialogs } from '../support/many-dialogs.ts';
import { createTalkRig } from '../support/talk-rig.ts';

describeOperations('dialogs', (gallery) => {
  it('50 of 25 people in one group, answered in any order by two workers, never mix', { timeout: 240_000 }, async () => {
    const workers = { rig: createTalkRig(gallery.opened), other: createTalkRig(gallery.opened) };
    const { said, are } = await manyDialogs(workers, { dialogs: 50, people: 25 });
    expect(said).toBe(are);
    expect(await gallery.names()).toHaveLength(50);
  });
});
