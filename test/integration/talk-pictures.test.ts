import { expect, it } from 'vitest';
import { describeOperations } from '../support/gallery-rig.ts';
import { ada, createTalkRig, pictureOf } from '../support/talk-rig.ts';

const never = new AbortController().signal;

describeOperations('pictures in a conversation', (gallery) => {
  const rigOf = () => createTalkRig(gallery.opened);
  const labels = (rig: ReturnType<typeof rigOf>) =>
    rig.talk
      .last()
      .buttons.flat()
      .map(({ label }) => label);

  it('a picture gets one card, which goes with Nothing', async () => {
    const rig = rigOf();
    await rig.send(pictureOf({ seed: 1 }));
    expect(labels(rig)).toEqual(['Who is it?', 'Learn', 'Nothing']);
    await rig.press('Nothing');
    expect(rig.talk.shown()).toEqual([]);
    expect(await rig.deps.dialogs.openOf('chat:1', ada, never)).toEqual([]);
  });

  it('learns one face by a written name, recognises it, and takes it back', async () => {
    const rig = rigOf();
    await rig.send(pictureOf({ seed: 1 }));
    await rig.press('Learn');
    const prompt = rig.talk.last();
    expect(prompt.asks).toBe(true);
    await rig.say('Grace', {}, prompt.messageId);
    expect(rig.talk.shown().map(({ text }) => text)).toEqual(['Learned: this is Grace, whom I did not know before.']);
    expect(await gallery.names()).toEqual(['Grace']);
    const [entry] = await gallery.opened.operations.history(1, never);
    expect(entry).toMatchObject({ action: 'enroll', actor: { id: 'chat:1' } });

    await rig.send(pictureOf({ seed: 1, variant: 2 }));
    await rig.press('Who is it?');
    expect(rig.talk.shown().find(({ file }) => file)?.text).toBe('1: Grace');
    expect(rig.talk.shown().at(-1)?.text ?? '').not.toContain('unknown');

    await rig.press('Undo');
    expect(await gallery.names()).toEqual([]);
    expect(rig.talk.shown().some(({ text }) => text.startsWith('Taken back'))).toBe(true);
  });

  it('of several faces learns the one that is picked', async () => {
    const rig = rigOf();
    await rig.send(pictureOf({ seed: 1 }, { seed: 2 }));
    await rig.press('Learn');
    expect(labels(rig)).toEqual(['1', '2', 'Cancel']);
    await rig.press('2');
    await rig.say('Grace');
    await rig.send(pictureOf({ seed: 1 }, { seed: 2 }));
    await rig.press('Who is it?');
    expect(rig.talk.messages.findLast(({ file }) => file)?.text).toBe('1: unknown, 2: Grace');
  });

  it.each([
    [{ seed: 1, sizePx: 30 }, 'too small'],
    [{ seed: 1, quality: 0.2 }, 'too blurred'],
  ])('refuses %j, and says why', async (face, why) => {
    const rig = rigOf();
    await rig.send(pictureOf(face));
    await rig.press('Learn');
    expect(rig.talk.last().text).toContain(why);
    expect(rig.talk.last().buttons).toEqual([]);
    expect(await gallery.names()).toEqual([]);
  });

  it('says so where there is no face', async () => {
    const rig = rigOf();
    await rig.send(pictureOf());
    await rig.press('Learn');
    expect(rig.talk.last().text).toContain('I found no face');
  });

  it('a known face that gets another name is asked about: rename, alias, somebody else', async () => {
    const rig = rigOf();
    const teach = async (variant: number, name: string) => {
      await rig.send(pictureOf({ seed: 1, variant }));
      await rig.press('Learn');
      await rig.say(name);
    };
    await teach(0, 'Ada');
    await teach(2, 'Augusta');
    expect(labels(rig)).toEqual(['Rename Ada to Augusta', 'Ada is also called Augusta', 'No, it is somebody else: Augusta', 'Cancel']);
    await rig.press('Rename Ada to Augusta');
    expect(await gallery.names()).toEqual(['Augusta']);
    await rig.press('Undo');
    expect(await gallery.names()).toEqual(['Ada']);
    await teach(3, 'Countess');
    await rig.press('Ada is also called Countess');
    expect(gallery.opened.questions.findPeople('Countess', 5).map(({ name }) => name)).toEqual(['Ada']);
    await teach(4, 'Twin');
    await rig.press('No, it is somebody else: Twin');
    expect((await gallery.names()).toSorted()).toEqual(['Ada', 'Twin']);
  });

  it('one tap says that it is whom it looks like; the same picture again changes nothing', async () => {
    const rig = rigOf();
    const picture = pictureOf({ seed: 1 });
    await rig.send(picture);
    await rig.press('Learn');
    await rig.say('Ada');
    await rig.send(pictureOf({ seed: 1, variant: 2 }));
    await rig.press('Learn');
    await rig.press('This is Ada');
    expect((await gallery.called('Ada')).faces).toBe(2);
    await rig.send(picture);
    await rig.press('Learn');
    await rig.press('This is Ada');
    expect(rig.talk.last().text).toContain('already');
    expect((await gallery.called('Ada')).faces).toBe(2);
  });

  it('a stranger of a camera who is learned is that person', async () => {
    const rig = rigOf();
    await gallery.opened.gallery.recognise(
      { snapshotId: 's1', channel: 'chat:c', camera: null, takenAtMs: Date.now() },
      [
        {
          box: { x: 0, y: 0, width: 9, height: 9 },
          embedding: (await rig.deps.engine.see(Buffer.from(`|faces:${pictureOf({ seed: 1 })}`), never)).faces[0]!.embedding,
          modelId: 'test-model',
          quality: 0.8,
          sizePx: 100,
        },
      ],
      never,
    );
    expect(await gallery.names()).toEqual(['Unknown 1']);
    await rig.send(pictureOf({ seed: 1, variant: 2 }));
    await rig.press('Learn');
    await rig.say('Ada');
    expect(await gallery.names()).toEqual(['Ada']);
    expect(rig.talk.last().text).toContain('Unknown 1 was the same person');
    await rig.press('Undo');
    expect(await gallery.names()).toEqual(['Unknown 1']);
  });
});
