import type { Role } from '@watchpost/shared/chat/access';
import type { ChannelKey } from '@watchpost/shared/chat/chat';
import { plain } from '@watchpost/shared/chat/say';
import type { ChatTalk, TalkFile, TalkMessage } from '@watchpost/shared/chat/talk';
import { AppError } from '@watchpost/shared/errors';

/** A message of ours in a conversation, as its readers see it. */
export interface FakeTalkMessage {
  chat: ChannelKey;
  messageId: string;
  replyTo: string | null;
  text: string;
  buttons: TalkMessage['buttons'];
  asks: boolean;
  file: TalkFile | null;
  isGone: boolean;
}

export interface FakeTalk extends ChatTalk {
  messages: FakeTalkMessage[];
  configured: Map<ChannelKey, Role>;
  homes: Set<ChannelKey>;
  left: ChannelKey[];
  edits: number;
  /** Chats that take nothing from us. */
  closed: Set<ChannelKey>;
  /** Called before and after each thing that others can see, and may throw: the process was killed. */
  step: () => void;
  /** What is there now. */
  shown(chat?: ChannelKey): FakeTalkMessage[];
  last(chat?: ChannelKey): FakeTalkMessage;
}

/** Conversations on a platform in memory. What asks for an answer cannot be edited, as on a real one. */
export function createFakeTalk(): FakeTalk {
  let serial = 0;
  const visible = async <T>(work: () => T): Promise<T> => {
    fake.step();
    const result = work();
    fake.step();
    return result;
  };
  const say = async (to: { chat: ChannelKey; replyTo: string | null }, what: Pick<FakeTalkMessage, 'text' | 'buttons' | 'asks' | 'file'>) =>
    visible(() => {
      if (fake.closed.has(to.chat)) throw new AppError('chat-closed', 'blocked');
      const messageId = `B${(serial += 1)}`;
      fake.messages.push({ ...to, messageId, isGone: false, ...what });
      return messageId;
    });
  const find = ({ chat, messageId }: { chat: ChannelKey; messageId: string }) =>
    fake.messages.find((each) => each.chat === chat && each.messageId === messageId && !each.isGone);

  const fake: FakeTalk = {
    messages: [],
    configured: new Map(),
    homes: new Set(),
    left: [],
    edits: 0,
    closed: new Set(),
    mostFileBytes: 50_000_000,
    step: () => undefined,
    shown: (chat) => fake.messages.filter((each) => !each.isGone && (chat === undefined || each.chat === chat)),
    last: (chat) => {
      const last = fake.shown(chat).at(-1);
      if (!last) throw new Error('nothing was said');
      return last;
    },
    send: async (to, { text, buttons, ask }) => say(to, { text: plain(text), buttons, asks: ask !== null, file: null }),
    edit: async (at, { text, buttons }) =>
      visible(() => {
        const message = find(at);
        if (!message || message.asks || message.file) return 'gone';
        fake.edits += 1;
        Object.assign(message, { text: plain(text), buttons });
        return 'edited';
      }),
    remove: async (at) => visible(() => void Object.assign(find(at) ?? {}, { isGone: true })),
    sendFile: async (to, file, caption) => say(to, { text: plain(caption), buttons: [], asks: false, file }),
    showMenu: async () => undefined,
    invitation: async (code) => `https://example.test/?start=${code}`,
    leave: async (chat) => visible(() => void fake.left.push(chat)),
  };
  return fake;
}
