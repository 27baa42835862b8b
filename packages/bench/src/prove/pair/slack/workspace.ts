import { z } from 'zod';
import { createFakeMessaging, type FakeBlock, type FakeMessage } from '../../../servers/fake-slack-chat.ts';
import { createFakeUploads } from '../../../servers/fake-slack-uploads.ts';
import type { Journal } from '../journal.ts';

/** A file that a camera posted. */
export interface CameraFile {
  id: string;
  snapshotId: string;
  /** Null: it has been deleted. */
  bytes: Buffer | null;
  name: string;
  mimeType: string;
}

/** A post in the results channel. */
export interface Post {
  /** Of what it is about, as its metadata says: a visit's id. */
  key: string;
  /** Of all its blocks. */
  text: string;
  ts: string;
}

/** Files, uploads and messages: what Slack knows. */
export interface Workspace {
  posts(): Post[];
  add(file: CameraFile): void;
  file(id: string): CameraFile | undefined;
  /** The bytes of an upload came. False: there is no such upload. */
  take(id: string, bytes: Buffer): boolean;
  /** Answers a method of the Web API. `work`: awaited before a message is posted. */
  answer(method: string, args: URLSearchParams, work: () => Promise<void>): Promise<object>;
  /** What a request is about: a snapshot's id, a visit's, or the method. */
  about(method: string, args: URLSearchParams): string;
}

export const ids = { team: 'T1', bot: 'B0WATCH', user: 'U0WATCH', app: 'A0WATCH', read: 'C0CAMERAS', write: 'C0RESULTS' } as const;

const scopes = 'channels:history,groups:history,channels:read,groups:read,files:read,files:write,chat:write';
const notFound = { ok: false, error: 'file_not_found' };
const completedSchema = z.tuple([z.object({ id: z.string() })]);
const metadataSchema = z.object({ event_payload: z.object({ key: z.string() }) });
const textSchema = z.object({ text: z.object({ text: z.string() }) });

export function createWorkspace(url: () => string, isMember: () => boolean, journal: Journal): Workspace {
  const files = new Map<string, CameraFile>();
  const uploads = createFakeUploads({ posts: [], shareDelay: [], hiddenFor: [], sharesWithoutMessage: false, readyAfterMs: 300 });
  const messaging = createFakeMessaging(uploads);

  const info = (id: string): object => {
    const file = files.get(id);
    if (!file) return uploads.info(id);
    return file.bytes ? { ok: true, file: fileObject(file, url()) } : notFound;
  };

  const post = async (args: URLSearchParams, work: () => Promise<void>): Promise<object> => {
    if (!isMember()) {
      journal.count('refused posts');
      return { ok: false, error: 'not_in_channel' };
    }
    await work();
    const key = keyIn(args.get('metadata'));
    journal.note(key, 'Slack posts it');
    return messaging.answer('chat.postMessage', args) ?? notFound;
  };

  return {
    posts: () => messaging.messages.filter(({ channel, threadTs }) => channel === ids.write && threadTs === null).map(toPost),
    add: (file) => void files.set(file.id, file),
    file: (id) => files.get(id),
    take: (id, bytes) => uploads.receive(id, bytes),
    about: (method, args) => {
      if (method === 'chat.postMessage') return keyIn(args.get('metadata'));
      const id = method === 'files.completeUploadExternal' ? completed(args) : (args.get('file') ?? '');
      return files.get(id)?.snapshotId ?? (id || args.get('filename') || args.get('message_ts') || args.get('ts') || method);
    },
    answer: async (method, args, work) => {
      switch (method) {
        case 'auth.test':
          return { ok: true, user_id: ids.user, bot_id: ids.bot, team_id: ids.team, app_id: ids.app };
        case 'conversations.info':
          return { ok: true, channel: { id: args.get('channel'), is_member: isMember(), is_archived: false } };
        case 'chat.getPermalink':
          return { ok: true, permalink: permalink(args) };
        case 'files.getUploadURLExternal':
          return uploads.ticket(args, url());
        case 'files.completeUploadExternal':
          return uploads.complete(args);
        case 'files.info':
          return info(args.get('file') ?? '');
        case 'files.delete':
          return uploads.remove(args.get('file') ?? '');
        case 'chat.postMessage':
          return post(args, work);
        default:
          return messaging.answer(method, args) ?? { ok: false, error: 'unknown_method' };
      }
    },
  };
}

const toPost = ({ metadata, blocks, ts }: FakeMessage): Post => ({
  key: keyOf(metadata),
  text: blocks.map(textOf).join('\n'),
  ts,
});

const textOf = (block: FakeBlock): string => textSchema.safeParse(block).data?.text.text ?? '';

const keyOf = (metadata: unknown): string => metadataSchema.safeParse(metadata).data?.event_payload.key ?? 'a post without a key';
const keyIn = (metadata: string | null): string => keyOf(JSON.parse(metadata ?? 'null'));

const permalink = (args: URLSearchParams): string =>
  `https://example.slack.com/archives/${args.get('channel') ?? ''}/p${args.get('message_ts')?.replace('.', '') ?? ''}`;

/** With the scopes of the token, as Slack sends them. */
export const scopeHeaders = { 'x-oauth-scopes': scopes };

/** The file object in events and files.info. */
export function fileObject({ id, name, mimeType, bytes }: CameraFile, url: string): Record<string, unknown> {
  const address = `${url}/download/${id}/${name}`;
  const filetype = name.split('.').at(-1);
  return {
    id,
    name,
    mimetype: mimeType,
    filetype,
    size: bytes?.length ?? 0,
    mode: 'hosted',
    url_private: address,
    url_private_download: address,
  };
}

function completed(args: URLSearchParams): string {
  const parsed = completedSchema.safeParse(JSON.parse(args.get('files') ?? '[]'));
  return parsed.success ? parsed.data[0].id : '';
}
