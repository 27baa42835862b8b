import { expect, it } from 'vitest';
import { describeOperations } from '../support/gallery-rig.ts';
import { createMemoryDocuments } from '../support/memory-documents.ts';
import { mortalDocuments } from '../support/mortal-documents.ts';
import { createTalkRig, pictureOf, type TalkRig } from '../support/talk-rig.ts';

const never = new AbortController().signal;

class Killed extends Error {}

type Job = Parameters<TalkRig['run']>[0];
/** `survive`: does a job, and does it again where the worker died. */
type Story = (rig: TalkRig, survive: (job: Job) => Promise<void>) => Promise<void>;

describeOperations('a worker that is killed while somebody teaches it a face', (gallery) => {
  /** Does these jobs, with a death at this step. `died`: false if there are fewer steps. */
  const story = async (dieAt: number, tell: Story): Promise<{ died: boolean; rig: TalkRig }> => {
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
    const survive = async (job: Job): Promise<void> => {
      const isDead = died;
      try {
        await rig.run(job);
      } catch (error) {
        if (isDead || !died) throw error;
        clockMs += 60_000;
        await rig.run({ ...job }, { attempt: 2, lastAttempt: false });
      }
    };
    await tell(rig, survive);
    return { died, rig };
  };
  const promptOf = (rig: TalkRig): string | null => rig.talk.messages.findLast(({ asks, isGone }) => asks && !isGone)?.messageId ?? null;

  it.each(['as a reply', 'plainly'])('has learned it once in the end, wherever it died, and says so; answered %s', async (how) => {
    const teaching: Story = async (rig, survive) => {
      await survive(rig.photo(pictureOf({ seed: 1 })));
      await survive(rig.pressJob('Learn'));
      await survive(rig.text('Grace', {}, how === 'plainly' ? null : promptOf(rig)));
    };
    let deaths = 0;
    for (;;) {
      const dieAt = deaths + 1;
      const { died, rig } = await story(dieAt, teaching);
      if (!died) break;
      deaths = dieAt;
      expect((await gallery.called('Grace')).faces, `died at ${dieAt}`).toBe(1);
      const enrolled = (await gallery.opened.operations.history(50, never)).filter(({ action, undone }) => action === 'enroll' && !undone);
      expect(enrolled.length, `died at ${dieAt}`).toBe(1);
      const shown = rig.talk.shown().map(({ text }) => text);
      expect(shown.filter((text) => text.startsWith('Learned')).length, `died at ${dieAt}: ${shown.join(' / ')}`).toBe(1);
      // What was sent and not noted may be there twice; nothing else is.
      expect(shown.length, `died at ${dieAt}: ${shown.join(' / ')}`).toBeLessThanOrEqual(2);
      expect(
        rig.talk.messages.filter(({ text }) => text.includes('5x5')),
        `died at ${dieAt}`,
      ).toEqual([]);
      await rig.press('Undo');
      expect(await gallery.names(), `died at ${dieAt}`).toEqual([]);
    }
    expect(deaths).toBeGreaterThan(20);
  });

  it('asks for a name below a post, and passes it on once, wherever it died', async () => {
    const target = { action: 'is', visit: 'abcdefghijklmnopqrstuv', number: 2, subject: null } as const;
    const naming: Story = async (rig, survive) => {
      await survive(rig.job({ did: 'naming', messageId: 'P1', target }, { chat: 'chat:-100', isPrivate: false }));
      await survive(rig.text('Grace', {}, null));
    };
    let deaths = 0;
    for (;;) {
      const dieAt = deaths + 1;
      const { died, rig } = await story(dieAt, naming);
      if (!died) break;
      deaths = dieAt;
      const passed = rig.seen.jobs.flatMap((job) => (job.kind === 'interaction' ? [job] : []));
      expect(new Set(passed.map(({ id }) => id)).size, `died at ${dieAt}`).toBe(1);
      expect(passed[0]?.deed, `died at ${dieAt}`).toMatchObject({ who: { name: 'Grace' } });
      expect(
        rig.talk.shown().map(({ text }) => text),
        `died at ${dieAt}`,
      ).toContain('Noted: Grace. The post follows.');
      expect(
        rig.talk.messages.filter(({ text }) => text.includes('5x5')),
        `died at ${dieAt}`,
      ).toEqual([]);
    }
    expect(deaths).toBeGreaterThan(10);
  });
});
