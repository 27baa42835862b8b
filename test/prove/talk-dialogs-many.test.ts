import { it } from 'vitest';
import { describeOperations } from '../support/gallery-rig.ts';
import { neverMix } from '../support/many-dialogs.ts';
import { createTalkRig } from '../support/talk-rig.ts';

describeOperations('dialogs', (gallery) => {
  it('50 of 25 people in one group, answered in any order by two workers, never mix', { timeout: 240_000 }, async () => {
    await neverMix({ rig: createTalkRig(gallery.opened), other: createTalkRig(gallery.opened) }, gallery, { dialogs: 50, people: 25 });
  });
});
