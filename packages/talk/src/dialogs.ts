import { createHash, randomBytes } from 'node:crypto';
import { channelKeySchema, platformOf, type ChannelKey } from '@watchpost/shared/chat/chat';
import type { DocumentStore, StoredDocument } from '@watchpost/shared/documents/document-store';
import { eachDocument } from '@watchpost/shared/documents/each-document';
import { removeDocument } from '@watchpost/shared/documents/remove-document';
import { untilNoConflict } from '@watchpost/shared/documents/until-no-conflict';
import { z } from 'zod';

const bodySchema = z.object({
  chat: channelKeySchema,
  member: z.string(),
  kind: z.string(),
  step: z.string(),
  data: z.unknown(),
  promptId: z.string().nullable(),
  cardId: z.string().nullable(),
  about: z.string().nullable(),
  language: z.string().nullable().default(null),
  expiresAtMs: z.number(),
});

/** A conversation with several steps, such as teaching a face. It belongs to a message, not to a chat: several never mix. */
export interface Dialog {
  /** 22 characters of base64url. */
  id: string;
  chat: ChannelKey;
  /** Whose it is, by the platform's own id: nobody else may go on with it. */
  member: string;
  /** `picture`, `register` …: who knows what its steps mean. */
  kind: string;
  step: string;
  /** What that step knows; whoever reads it parses it. Small. */
  data: unknown;
  /** Our message that a written answer is wanted to; null: none is. */
  promptId: string | null;
  /** Our message with its buttons, which is edited; null: none. */
  cardId: string | null;
  /** Message or group of messages of theirs that it is about; null: none. One of a chat has one dialog at most. */
  about: string | null;
  /** What its owner speaks (IETF tag): it goes on in that language. Null: the platform does not say. */
  language: string | null;
  expiresAtMs: number;
  /** Of the stored document; 0: it is not stored yet. */
  revision: number;
}

/** Dialogs, on small documents: each write names the revision that it is based on. Methods reject with `gallery-unavailable`. */
export interface Dialogs {
  get(id: string, signal: AbortSignal): Promise<Dialog | null>;
  /** Whose prompt, or card, this message is. */
  byPrompt(chat: ChannelKey, messageId: string, signal: AbortSignal): Promise<Dialog | null>;
  byAbout(chat: ChannelKey, about: string, signal: AbortSignal): Promise<Dialog | null>;
  /** Those of somebody in a chat that have not run out, the one that they went on with last first. */
  openOf(chat: ChannelKey, member: string, signal: AbortSignal): Promise<Dialog[]>;
  /** All of somebody's in any chat, also those that have run out. */
  allOf(who: ChannelKey, signal: AbortSignal): Promise<Dialog[]>;
  /** Those that have run out, at most `limit`, oldest first. */
  expired(limit: number, signal: AbortSignal): Promise<Dialog[]>;
  /** Rejects with `document-conflict` if another writer was faster. Resolves to it with its new revision. */
  save(dialog: Dialog, signal: AbortSignal): Promise<Dialog>;
  /** Ends it. One that has ended is no error. */
  close(dialog: Dialog, signal: AbortSignal): Promise<void>;
  /** A chat has another id now. */
  moved(from: ChannelKey, to: ChannelKey, signal: AbortSignal): Promise<void>;
}

/** Of a dialog's document. */
export const dialogKind = 'dialog';
const kind = dialogKind;
/** A dialog that nobody ended in its time, because no worker ran, is ended by the next one, and removed after so long. Milliseconds. */
const keepMs = 7 * 86_400_000;
const mostOpen = 50;
const pageSize = 200;

/** The id of the dialog about something: each attempt of a job makes the same one. */
export const dialogIdOf = (chat: ChannelKey, about: string): string =>
  createHash('sha256').update(`${chat} ${about}`).digest('base64url').slice(0, 22);

/** An id that no other dialog has. */
export const newDialogId = (): string => randomBytes(16).toString('base64url').slice(0, 22);

/** What a button carries, see TalkButton.data. */
export const buttonData = (dialog: Pick<Dialog, 'id'>, action: string): string => `${dialog.id}|${action}`;

/** Reads what `buttonData` wrote; null if it is something else. */
export function parseButtonData(data: string): { dialog: string; action: string } | null {
  const [, dialog, action] = /^([\w-]{22})\|([\x20-\x7E]{1,37})$/.exec(data) ?? [];
  return dialog === undefined || action === undefined ? null : { dialog, action };
}

/** Dialogs on a store of documents. */
export function createDialogs(documents: DocumentStore, now: () => number = Date.now): Dialogs {
  const find = async (key: string, limit: number, signal: AbortSignal): Promise<Dialog[]> =>
    (await documents.find({ kind, key, order: 'newest', limit }, signal)).flatMap((each) => read(each) ?? []);

  const save: Dialogs['save'] = async ({ id, revision, ...body }, signal) => {
    const { expiresAtMs } = body;
    const stored = await documents.put(
      { kind, id, revision, atMs: expiresAtMs, keys: keysOf(body), expiresAtMs: expiresAtMs + keepMs, body },
      signal,
    );
    return { id, ...body, revision: stored.revision };
  };

  return {
    get: async (id, signal) => read((await documents.get(kind, id, signal)).document),
    byPrompt: async (chat, messageId, signal) => (await find(messageKey(chat, messageId), 1, signal))[0] ?? null,
    byAbout: async (chat, about, signal) => (await find(`about:${chat}:${about}`, 1, signal))[0] ?? null,
    openOf: async (chat, member, signal) => {
      const found = await find(`open:${chat}:${member}`, mostOpen, signal);
      return found.filter(({ expiresAtMs }) => expiresAtMs > now());
    },
    allOf: async (who, signal) => {
      const found: Dialog[] = [];
      for await (const each of eachDocument(documents, { kind, key: `of:${who}` }, pageSize, signal))
        found.push(...[read(each) ?? []].flat());
      return found;
    },
    expired: async (limit, signal) => {
      const found = await documents.find({ kind, beforeMs: now(), order: 'oldest', limit }, signal);
      return found.flatMap((each) => read(each) ?? []);
    },
    save,
    close: async ({ id }, signal) => removeDocument(documents, kind, id, signal),
    moved: async (from, to, signal) => {
      const all = eachDocument(documents, { kind, key: `chat:${from}` }, pageSize, signal);
      for await (const { id } of all)
        await untilNoConflict(async () => {
          const current = read((await documents.get(kind, id, signal)).document);
          if (current?.chat === from) await save({ ...current, chat: to }, signal);
        }, signal);
    },
  };
}

const messageKey = (chat: ChannelKey, messageId: string): string => `message:${chat}:${messageId}`;

function keysOf({ chat, member, promptId, cardId, about }: Pick<Dialog, 'chat' | 'member' | 'promptId' | 'cardId' | 'about'>): string[] {
  return [
    `chat:${chat}`,
    `open:${chat}:${member}`,
    `of:${platformOf(chat)}:${member}`,
    ...[...new Set([promptId, cardId])].flatMap((id) => (id === null ? [] : [messageKey(chat, id)])),
    ...(about === null ? [] : [`about:${chat}:${about}`]),
  ];
}

/** What another version wrote in another form counts as ended. */
function read(document: StoredDocument | null): Dialog | null {
  const body = bodySchema.safeParse(document?.body);
  return document && body.success ? { id: document.id, revision: document.revision, ...body.data, data: body.data.data ?? null } : null;
}
