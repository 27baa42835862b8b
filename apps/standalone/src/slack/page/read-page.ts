import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Front } from '../front/front.ts';
import type { Ephemeral } from '../front/only-here.ts';
import { compareTs } from '../front/web-api.ts';
import type { Surroundings } from './render-elements.ts';
import { renderMessage, type Shortcut, type ShownMessage } from './render-message.ts';
import { renderHome, renderModal } from './render-view.ts';

/** A piece of the page. `hash` tells whether it looks different. */
export interface Piece {
  key: string;
  hash: string;
  html: string;
}

/** All that the page shows now. */
export interface PageContent {
  /** The messages of each channel, by the channel's id, the newest last. */
  channels: { id: string; pieces: Piece[] }[];
  home: Piece;
  /** Null: no dialog is open. */
  modal: Piece | null;
}

const messageSchema = z.looseObject({
  ts: z.string(),
  user: z.string().default(''),
  username: z.string().optional(),
  subtype: z.string().optional(),
  text: z.string().default(''),
  blocks: z.unknown().optional(),
  reply_count: z.number().default(0),
  files: z
    .array(z.looseObject({ id: z.string(), name: z.string().nullish(), title: z.string().nullish(), mimetype: z.string().default('') }))
    .default([]),
  reactions: z.array(z.looseObject({ name: z.string(), users: z.array(z.string()).default([]), count: z.number().default(0) })).default([]),
});
type Message = z.output<typeof messageSchema>;
const messagesSchema = z.looseObject({ messages: z.array(messageSchema).default([]) });
const memberSchema = z.looseObject({
  id: z.string(),
  name: z.string().default(''),
  real_name: z.string().optional(),
  is_bot: z.boolean().optional(),
});
const membersSchema = z.looseObject({ members: z.array(memberSchema).default([]) });

const maxMessages = 40;

/** Reads the page from the emulated Slack. `channels`: ids of channels, with their names. */
export function pageReader(
  front: Front,
  {
    channels,
    directMessages,
    shortcuts,
  }: { channels: { id: string; name: string; reaction?: string | undefined }[]; directMessages: string; shortcuts: readonly Shortcut[] },
): () => Promise<PageContent> {
  const app = 'watchpost';
  const around = async (): Promise<Surroundings & { bots: Set<string> }> => {
    const { members } = membersSchema.parse(await front.read('users.list', { limit: 1_000 }));
    const names = new Map(members.map((member) => [member.id, member.real_name ?? member.name]));
    for (const { id, name } of channels) names.set(id, name);
    const people = members
      .filter((member) => !member.is_bot && member.id !== 'USLACKBOT')
      .map(({ id }) => ({ id, name: names.get(id) ?? id }));
    return { nameOf: (id) => names.get(id), members: people, bots: new Set(members.filter((each) => each.is_bot).map(({ id }) => id)) };
  };
  return async () => {
    const workspace = await around();
    const shown = (channel: string, message: Message, thread?: string): ShownMessage => ({
      channel,
      ts: message.ts,
      thread,
      author: message.username ?? workspace.nameOf(message.user) ?? message.user,
      by: message.username !== undefined || workspace.bots.has(message.user) ? 'app' : 'person',
      text: message.text,
      blocks: message.blocks,
      pictures: message.files
        .filter(({ mimetype }) => mimetype.startsWith('image/'))
        .map(({ id, name, title }) => ({ id, name: title ?? name ?? id })),
      replies: [],
      reactions: message.reactions.map(({ name, users, count }) => ({ name, count, mine: users.includes(front.userId) })),
      offers: channels.find(({ id }) => id === channel)?.reaction,
      ephemeral: false,
    });
    const ephemeral = ({ channel, ts, thread, by, text, blocks }: Ephemeral): ShownMessage => ({
      ...shown(channel, messageSchema.parse({ ts, text, blocks, username: by === 'app' ? app : 'Slackbot' }), thread),
      by,
      ephemeral: true,
    });
    const repliesTo = async (channel: string, message: Message): Promise<ShownMessage[]> => {
      const answer = message.reply_count > 0 ? await front.read('conversations.replies', { channel, ts: message.ts }) : {};
      return messagesSchema
        .parse(answer)
        .messages.filter(({ ts }) => ts !== message.ts)
        .map((reply) => shown(channel, reply, message.ts));
    };
    const read = async (channel: string): Promise<{ id: string; pieces: Piece[] }> => {
      const { messages } = messagesSchema.parse(await front.read('conversations.history', { channel, limit: maxMessages }));
      const said = messages.filter(({ subtype }) => subtype === undefined || /^(?:file_share|bot_message)$/.test(subtype));
      const own = front.onlyHere
        .ephemerals()
        .filter((each) => each.channel === channel)
        .map(ephemeral);
      const all = await Promise.all(
        said.map(async (message) => ({ ...shown(channel, message), replies: await repliesTo(channel, message) })),
      );
      const inThread = ({ thread }: ShownMessage): boolean => all.some(({ ts }) => ts === thread);
      const withOwn = all.map((message) => ({
        ...message,
        replies: [...message.replies, ...own.filter(({ thread }) => thread === message.ts)].toSorted((a, b) => compareTs(a.ts, b.ts)),
      }));
      const ordered = [...withOwn, ...own.filter((message) => !inThread(message))].toSorted((a, b) => compareTs(a.ts, b.ts));
      return {
        id: channel,
        pieces: ordered.map((message) => piece(`${channel}-${message.ts}`, renderMessage(message, workspace, shortcuts))),
      };
    };
    const modal = front.onlyHere.modals().at(-1);
    return {
      channels: await Promise.all([...channels.map(({ id }) => id), directMessages].map(read)),
      home: piece('home', renderHome(front.onlyHere.home(), workspace)),
      modal: modal ? piece(modal.id, renderModal(modal, workspace)) : null,
    };
  };
}

const piece = (key: string, html: string): Piece => ({
  key,
  html,
  hash: createHash('sha256').update(html).digest('base64url').slice(0, 12),
});
