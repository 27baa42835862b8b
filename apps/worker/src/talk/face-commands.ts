import { cleanText } from '@watchpost/shared/text';
import { requireReady } from '../gallery-ready.ts';
import { runCommand } from '../interaction/commands/run-command.ts';
import { keyOf, refuse, talkerOf, type Talked } from './admission.ts';
import type { TalkDeps } from './deps.ts';
import { commandIn, type Said } from './said.ts';

/** Commands about faces as people type them in chats, and what each stands for after `/faces`. */
const shortcuts = new Map([
  ['faces', ''],
  ['who', 'who '],
  ['lastseen', 'last-seen '],
  ['last_seen', 'last-seen '],
]);

const longest = { characters: 1_000, units: 2_000 };

/** What stands after `/faces`; null: it is no command about faces. Pure. */
export function faceCommandIn(text: string): string | null {
  const command = commandIn(text);
  const before = command ? shortcuts.get(command.name) : undefined;
  return command && before !== undefined ? cleanText(`${before}${command.typed}`, longest) : null;
}

/**
 * Answers a command about faces. Whoever is where results are posted may ask it anywhere, although they were not let in; any other stranger
 * is refused as with all else.
 */
export async function runFaceCommand(
  command: string,
  { messageId }: Said,
  talked: Talked,
  deps: TalkDeps,
  signal: AbortSignal,
): Promise<void> {
  const { job, attempt } = talked;
  const { member } = job.by;
  const talker = await talkerOf(talked, deps.access, signal);
  const platform = talker?.platform ?? talked.platform;
  if (!talker && (await platform.members.mayRead(member, signal)) !== 'yes') return refuse(talked, deps, signal);
  requireReady(deps.gallery);
  const asker = { name: platform.prefix, platform, actor: { id: keyOf(platform, member), where: job.chat }, member };
  const answer = await runCommand(command, { asker, atMs: job.atMs, attempt }, deps, signal);
  await platform.members.answer({ member, channel: job.chat, thread: messageId, url: null }, answer, signal);
}
