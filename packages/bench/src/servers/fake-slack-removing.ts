import type { FakeMessage } from './fake-slack-chat.ts';
import { findIn, repliesTo, shownAs } from './fake-slack-reading.ts';
import type { FakeActor } from './fake-slack-tokens.ts';
import type { FakeUploads } from './fake-slack-uploads.ts';

/** What a test decides about deletions, and sees of them. */
export interface FakeRemoving {
  /** In so many reads the next deleted messages are still there. Infinity: Slack says that it has deleted one, and has not. */
  lingersFor: number[];
  /** Deleted messages that are still shown, in so many reads. */
  lingering: Map<FakeMessage, number>;
  /** Private channels: the members that they exist for. The bot sees all. */
  privateTo: Map<string, readonly string[]>;
  /** Conversations of several people. */
  groupDirects: Set<string>;
  /** What was deleted by a method, and by whom. */
  removals: { by: string; what: string }[];
}

interface RemovableChat extends FakeRemoving {
  messages: FakeMessage[];
  onEvent: (event: object) => void;
}

type ByActor = Record<string, (args: URLSearchParams, actor: FakeActor) => object>;

const refuse = (error: string) => ({ ok: false, error });

/** chat.delete, with Slack's rules about who may delete what. */
export function removing(chat: RemovableChat, nextTs: () => string): ByActor {
  return {
    'chat.delete': (args, actor) => {
      const channel = args.get('channel') ?? '';
      const insiders = chat.privateTo.get(channel);
      if (insiders && !actor.isBot && !insiders.includes(actor.user)) return refuse('channel_not_found');
      const message = findIn(chat.messages, args);
      if (!message || isTombstone(message)) return refuse('message_not_found');
      if (!mayDelete(actor, message, chat)) return refuse('cant_delete_message');
      const lingers = chat.lingersFor.shift() ?? 0;
      if (lingers === Infinity) return { ok: true, channel, ts: message.ts };
      if (lingers > 0) chat.lingering.set({ ...message }, lingers);
      chat.removals.push({ by: actor.user, what: message.ts });
      chat.onEvent(deleteMessage(chat.messages, message, nextTs()));
      return { ok: true, channel, ts: message.ts };
    },
  };
}

const isTombstone = ({ more }: FakeMessage): boolean => more['subtype'] === 'tombstone';

/** The bot only what it has posted; a member the same; owners and admins all, but for direct messages of others. */
function mayDelete({ isBot, isAdmin, user }: FakeActor, message: FakeMessage, { groupDirects }: FakeRemoving): boolean {
  if (isBot) return message.botId !== null && message.user === user;
  if (message.botId === null && message.user === user) return true;
  return isAdmin && !message.channel.startsWith('D') && !groupDirects.has(message.channel);
}

/** The first message of a thread leaves a tombstone, for as long as the thread has replies. Resolves to the event. */
function deleteMessage(messages: FakeMessage[], message: FakeMessage, at: string): object {
  const { channel, ts, threadTs } = message;
  const before = shownAs(message, true);
  if (repliesTo(messages, channel, ts).length > 0) {
    const nobody = { text: 'This message was deleted.', user: 'USLACKBOT', botId: null, blocks: [], files: [], metadata: null, edits: 0 };
    Object.assign(message, nobody, { more: { subtype: 'tombstone', hidden: true } });
    return changedEvent(message, before, at);
  }
  messages.splice(messages.indexOf(message), 1);
  const parent = messages.find((each) => each.channel === channel && each.ts === threadTs);
  if (parent && isTombstone(parent) && repliesTo(messages, channel, parent.ts).length === 0) messages.splice(messages.indexOf(parent), 1);
  return { ...frame(message, at), subtype: 'message_deleted', hidden: true, deleted_ts: ts, previous_message: before };
}

const typeOf = ({ channel }: FakeMessage): string => (channel.startsWith('D') ? 'im' : channel.startsWith('G') ? 'mpim' : 'channel');
const frame = (message: FakeMessage, at: string) => ({
  type: 'message',
  channel: message.channel,
  channel_type: typeOf(message),
  ts: at,
  event_ts: at,
});

/** The event of a new message. */
export const postedEvent = (message: FakeMessage): object => ({ ...shownAs(message, true), ...frame(message, message.ts) });

/** The event of a changed one. `before`: as it was shown. */
export const changedEvent = (message: FakeMessage, before: object, at: string): object => ({
  ...frame(message, at),
  subtype: 'message_changed',
  hidden: true,
  message: shownAs(message, true),
  previous_message: before,
});

/** A file that somebody has posted. */
interface PostedFile {
  info: Record<string, unknown>;
}

/** What a test decides about the deletion of files. */
export interface FakeFileRemoving {
  /** In so many reads the next deleted files are still there. Infinity: Slack says that it has deleted one, and has not. */
  filesLingerFor: number[];
}

/** files.delete, and what files.info says of deleted ones. */
export function fileRemoving<F extends PostedFile>(
  files: Map<string, F>,
  uploads: FakeUploads,
  chat: RemovableChat,
  plans: FakeFileRemoving,
): { remove(id: string, actor: FakeActor): object; lingering(id: string): F | null; isDeleted(id: string): boolean } {
  const deleted = new Map<string, { file: F; reads: number }>();
  return {
    remove: (id, actor) => {
      const file = files.get(id);
      if (!file) {
        if (uploads.bytesOf(id) !== null && plans.filesLingerFor.shift() === Infinity) return { ok: true };
        const answer = deleted.has(id) ? refuse('file_deleted') : uploads.remove(id);
        if ('ok' in answer && answer.ok === true) bury(id, chat, actor);
        return answer;
      }
      const mayDelete = actor.isAdmin || (!actor.isBot && file.info['user'] === actor.user);
      if (!mayDelete) return refuse('cant_delete_file');
      const reads = plans.filesLingerFor.shift() ?? 0;
      if (reads === Infinity) return { ok: true };
      files.delete(id);
      deleted.set(id, { file, reads });
      bury(id, chat, actor);
      return { ok: true };
    },
    lingering: (id) => {
      const found = deleted.get(id);
      if (!found || found.reads === 0) return null;
      found.reads -= 1;
      return found.file;
    },
    isDeleted: (id) => deleted.has(id),
  };
}

/** Messages keep the place of a deleted file. */
function bury(id: string, { messages, removals }: RemovableChat, actor: FakeActor): void {
  removals.push({ by: actor.user, what: id });
  for (const message of messages)
    message.files = message.files.map((file) => (Reflect.get(file, 'id') === id ? { id, mode: 'tombstone' } : file));
}
