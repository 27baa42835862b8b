import { expect, it } from 'vitest';
import { describeOperations } from '../support/gallery-rig.ts';
import { createMemoryDocuments } from '../support/memory-documents.ts';
import { mortalDocuments } from '../support/mortal-documents.ts';
import { createTalkRig, pictureOf } from '../support/talk-rig.ts';

const never = new AbortController().signal;

class Killed extends Error {}

describeOperations('a worker that is killed while somebody teaches it a face', (gallery) => {
  /** The story with a death at this step; resolves to false if it has fewer steps. */
  const story = async (dieAt: number): Promise<{ died: boolean; rig: ReturnType<typeof createTalkRig> }> => {
    let count = 0;
    let died = false;
    let clockMs = -50;
    const step = (): void => {
      count += 1;
      if (count !== dieAt || died) return;
      died = true;
      throw new Killed();
    };
    // The dead worker's claim on the chat runs out.
    const stored = createMemoryDocuments(() => Date.now() + clockMs);
    const { mortal } = mortalDocuments(stored, () => ({ step, written: [] }));
    const rig = createTalkRig(gallery.opened, { documents: mortal });
    rig.talk.step = step;
    const survive = async (job: Parameters<typeof rig.run>[0]): Promise<void> => {
      const isDead = died;
      try {
        await rig.run(job);
      } catch (error) {
        if (isDead || !died) throw error;
        clockMs += 60_000;
        await rig.run({ ...job }, { attempt: 2, lastAttempt: false });
      }
    };
    await survive(rig.photo(pictureOf({ seed: 1 })));
    await survive(rig.pressJob('Learn'));
    await survive(rig.text('Grace', {}, rig.talk.messages.findLast(({ asks, isGone }) => asks && !isGone)?.messageId ?? null));
    return { died, rig };
  };

  it('has learned it once in the end, wherever it died, and says so', async () => {
    let deaths = 0;
    for (;;) {
      const dieAt = deaths + 1;
      const { died, rig } = await story(dieAt);
      if (!died) break;
      deaths = dieAt;
      expect((await gallery.called('Grace')).faces, `died at ${dieAt}`).toBe(1);
      const enrolled = (await gallery.opened.operations.history(50, never)).filter(({ action, undone }) => action === 'enroll' && !undone);
      expect(enrolled.length, `died at ${dieAt}`).toBe(1);
      const shown = rig.talk.shown().map(({ text }) => text);
      expect(shown.filter((text) => text.startsWith('Learned')).length, `died at ${dieAt}: ${shown.join(' / ')}`).toBe(1);
      // What was sent and not noted may be there twice; nothing else is.
      expect(shown.length, `died at ${dieAt}: ${shown.join(' / ')}`).toBeLessThanOrEqual(2);
      await rig.press('Undo');
      expect(await gallery.names(), `died at ${dieAt}`).toEqual([]);
    }
    expect(deaths).toBeGreaterThan(20);
  });
});
