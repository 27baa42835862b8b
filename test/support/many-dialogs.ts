import { pictureOf, type TalkRig } from './talk-rig.ts';

export const group = { chat: 'chat:-100', isPrivate: false } as const;

/** Sends a picture and presses *Learn*. Resolves to the id of the message that asks for the name. */
export async function beginDialog(rig: TalkRig, seed: number, doing = {}): Promise<string> {
  await rig.send(pictureOf({ seed }), doing);
  await rig.press('Learn', doing);
  return rig.talk.last().messageId;
}

/** Many dialogs in one group, answered in any order by two workers. Resolves to who the faces of three of them are said to be, and who they are. */
export async function manyDialogs(
  { rig, other }: { rig: TalkRig; other: TalkRig },
  { dialogs, people }: { dialogs: number; people: number },
): Promise<{ said: string | undefined; are: string }> {
  other.deps.platformFor = rig.deps.platformFor;
  rig.talk.configured.set(group.chat, 'member');
  const members = Array.from({ length: people }, (_each, index) => String(100 + index));
  for (const member of members) rig.talk.configured.set(`chat:${member}`, 'member');
  const prompts: { seed: number; member: string; prompt: string }[] = [];
  for (let seed = 1; seed <= dialogs; seed += 1) {
    const member = members[seed % people] ?? '';
    prompts.push({ seed, member, prompt: await beginDialog(rig, seed, { ...group, member }) });
  }
  const shuffled = prompts.toSorted((a, b) => ((a.seed * 17) % 53) - ((b.seed * 17) % 53));
  await Promise.all(
    shuffled.map(async ({ seed, member, prompt }) => (seed % 2 ? rig : other).say(`Person ${seed}`, { ...group, member }, prompt)),
  );
  const asked = [7, Math.floor(dialogs / 2), dialogs];
  await rig.send(pictureOf(...asked.map((seed) => ({ seed }))), { ...group, member: '101' });
  await rig.press('Who is it?', { member: '101' });
  const are = asked.map((seed, index) => `${index + 1}: Person ${seed}`).join(', ');
  return { said: rig.talk.messages.findLast(({ file }) => file)?.text, are };
}
