import type { ChannelKey } from '@watchpost/shared/chat/chat';
import type { ChatTalk, TalkFile, TalkMessage } from '@watchpost/shared/chat/talk';
import { plain } from '@watchpost/shared/chat/say';
import { AppError } from '@watchpost/shared/errors';

/** A chat that takes everything, and shows it. */
export interface FakeTalk extends ChatTalk {
  /** What is in the chat, by the message's id. */
  messages: Map<string, { chat: ChannelKey; replyTo: string | null; message: TalkMessage }>;
  files: { chat: ChannelKey; replyTo: string | null; file: TalkFile }[];
  /** Each text that was ever shown, in order. */
  shown: string[];
  /** What happens before a call, such as a failure. */
  before: (call: 'send' | 'edit' | 'sendFile') => Promise<void> | void;
}

/** Conversations without a platform. */
export function createFakeTalk(mostFileBytes = 50_000_000): FakeTalk {
  let count = 0;
  const unexpected = async (): Promise<never> => {
    throw new Error('nobody was to be asked');
  };
  const fake: FakeTalk = {
    messages: new Map(),
    files: [],
    shown: [],
    before: () => undefined,
    mostFileBytes,
    configured: new Map(),
    homes: new Set(),
    send: async ({ chat, replyTo }, message) => {
      await fake.before('send');
      count += 1;
      const id = `m${count}`;
      fake.messages.set(id, { chat, replyTo, message });
      fake.shown.push(plain(message.text));
      return id;
    },
    edit: async ({ chat, messageId }, message) => {
      await fake.before('edit');
      const found = fake.messages.get(messageId);
      if (!found) return 'gone';
      fake.messages.set(messageId, { ...found, chat, message });
      fake.shown.push(plain(message.text));
      return 'edited';
    },
    remove: async ({ messageId }) => void fake.messages.delete(messageId),
    sendFile: async ({ chat, replyTo }, file) => {
      await fake.before('sendFile');
      if (file.content.size > mostFileBytes) throw new AppError('file-too-large', 'too large for this chat');
      fake.files.push({ chat, replyTo, file });
      return `f${fake.files.length}`;
    },
    showMenu: unexpected,
    invitation: unexpected,
    leave: unexpected,
  };
  return fake;
}
