import { z } from 'zod';
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

/** A picture in the results channel. */
export interface Post {
  fileId: string;
  snapshotId: string;
  channel: string;
  text: string;
  ts: string;
}

interface Upload {
  id: string;
  snapshotId: string;
  state: 'open' | 'uploaded' | 'sharing' | 'shared' | 'deleted';
  post: Post | null;
}

/** Files, uploads and posts: what Slack knows. */
export interface Workspace {
  posts(): Post[];
  add(file: CameraFile): void;
  file(id: string): CameraFile | undefined;
  upload(id: string): Upload | undefined;
  /** The bytes of an upload came. */
  take(id: string): boolean;
  /** Answers a method of the Web API. `work`: awaited while an upload is being shared. */
  answer(method: string, args: URLSearchParams, work: () => Promise<void>): Promise<object>;
  /** What a request is about: a snapshot's id, or the method. */
  about(method: string, args: URLSearchParams): string;
}

export const ids = { team: 'T1', bot: 'B0WATCH', user: 'U0WATCH', app: 'A0WATCH', read: 'C0CAMERAS', write: 'C0RESULTS' } as const;

const scopes = 'channels:history,groups:history,channels:read,groups:read,files:read,files:write,chat:write';
const notFound = { ok: false, error: 'file_not_found' };
const completedSchema = z.tuple([z.object({ id: z.string() })]);

export function createWorkspace(url: () => string, isMember: () => boolean, journal: Journal): Workspace {
  const files = new Map<string, CameraFile>();
  const uploads = new Map<string, Upload>();
  let serial = 0;

  const start = (args: URLSearchParams): object => {
    serial += 1;
    const id = `FUP${String(serial)}`;
    uploads.set(id, { id, snapshotId: (args.get('filename') ?? '').replace(/\.jpg$/, ''), state: 'open', post: null });
    return { ok: true, file_id: id, upload_url: `${url()}/upload/${id}` };
  };

  const complete = async (args: URLSearchParams, work: () => Promise<void>): Promise<object> => {
    const upload = uploads.get(completed(args));
    if (!isMember()) {
      journal.count('refused posts');
      return { ok: false, error: 'not_in_channel' };
    }
    // One that is being shared can be completed no more than one that has been.
    if (upload?.state !== 'uploaded') return notFound;
    upload.state = 'sharing';
    await work();
    serial += 1;
    const ts = `${String(Math.floor(Date.now() / 1_000))}.${String(serial).padStart(6, '0')}`;
    const { id: fileId, snapshotId } = upload;
    upload.post = { fileId, snapshotId, channel: args.get('channel_id') ?? '', text: args.get('initial_comment') ?? '', ts };
    upload.state = 'shared';
    journal.note(snapshotId, `Slack posts ${fileId}: ${upload.post.text}`);
    // As the real one: the answer knows nothing of shares yet.
    return { ok: true, files: [{ id: fileId }] };
  };

  const info = (id: string): object => {
    const file = files.get(id);
    if (file) return file.bytes ? { ok: true, file: fileObject(file, url()) } : notFound;
    const upload = uploads.get(id);
    if (upload?.state !== 'shared' || !upload.post) return notFound;
    return { ok: true, file: { id, shares: { public: { [upload.post.channel]: [{ ts: upload.post.ts }] } } } };
  };

  const remove = (id: string): object => {
    const upload = uploads.get(id);
    if (upload?.state !== 'shared' && upload?.state !== 'uploaded') return notFound;
    if (upload.state === 'shared') journal.note(upload.snapshotId, `the post ${id} is deleted again`);
    upload.state = 'deleted';
    return { ok: true };
  };

  return {
    posts: () => [...uploads.values()].flatMap(({ state, post }) => (state === 'shared' && post ? [post] : [])),
    add: (file) => void files.set(file.id, file),
    file: (id) => files.get(id),
    upload: (id) => uploads.get(id),
    take: (id) => {
      const upload = uploads.get(id);
      if (upload?.state !== 'open') return upload?.state === 'uploaded';
      upload.state = 'uploaded';
      return true;
    },
    about: (method, args) => {
      const id = method === 'files.completeUploadExternal' ? completed(args) : (args.get('file') ?? '');
      const known = uploads.get(id)?.snapshotId ?? files.get(id)?.snapshotId;
      return known ?? args.get('filename')?.replace(/\.jpg$/, '') ?? args.get('message_ts') ?? method;
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
          return start(args);
        case 'files.completeUploadExternal':
          return complete(args, work);
        case 'files.info':
          return info(args.get('file') ?? '');
        case 'files.delete':
          return remove(args.get('file') ?? '');
        default:
          return { ok: false, error: 'unknown_method' };
      }
    },
  };
}

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
