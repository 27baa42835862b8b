import { commandHelp, typed as asTyped } from '@watchpost/shared/chat/command-help';
import type { Post } from '@watchpost/shared/chat/post';
import { say } from '@watchpost/shared/chat/say';
import { mayNot } from '../may.ts';
import { answerOf } from '../texts.ts';
import { lastSeen, list, timeline, who } from './ask-commands.ts';
import { forget, ignore, merge, rename, undo, unignore } from './change-commands.ts';
import type { CommandAsked, CommandDeps, CommandHandler } from './command.ts';
import { status } from './status-command.ts';
import { stop, subscriptions, tell } from './subscription-commands.ts';

const help: CommandHandler = async () => helpOf([]);

/** What each command does; `changes`: only for those who may name people; `isOwn`: for anybody, it tells of nobody. The words are in commandHelp. */
export const commands: Readonly<Record<string, { run: CommandHandler; changes?: true; isOwn?: true }>> = {
  who: { run: who },
  'last-seen': { run: lastSeen },
  timeline: { run: timeline },
  list: { run: list },
  rename: { run: rename, changes: true },
  merge: { run: merge, changes: true },
  ignore: { run: ignore, changes: true },
  unignore: { run: unignore, changes: true },
  forget: { run: forget, changes: true },
  undo: { run: undo, changes: true },
  tell: { run: tell },
  subscriptions: { run: subscriptions },
  stop: { run: stop, isOwn: true },
  status: { run: status },
  help: { run: help, isOwn: true },
};

/** Answers what somebody typed. Rejects with transient errors only. */
export async function runCommand(text: string, asked: Omit<CommandAsked, 'args'>, deps: CommandDeps, signal: AbortSignal): Promise<Post> {
  const [, typed = '', args = ''] = /^(\S*)\s*([\s\S]*)$/.exec(text.trim()) ?? [];
  const name = typed.toLowerCase();
  const command = Object.hasOwn(commands, name === '' ? 'help' : name) ? commands[name === '' ? 'help' : name] : undefined;
  if (!command) return helpOf(say`There is no command “${typed.slice(0, 40)}”. These are all:`);
  const refused = command.isOwn ? null : await mayNot(asked.asker, command.changes ? 'name' : 'ask', signal);
  if (refused) return answerOf(refused, []);
  return command.run({ ...asked, args }, deps, signal);
}

function helpOf(before: ReturnType<typeof say>): Post {
  const lines = commandHelp.map(({ usage, does }) => say`• ${{ text: asTyped(usage), bold: true }}: ${does}`);
  return answerOf(before.length === 0 ? say`What you can ask:` : before, lines);
}
