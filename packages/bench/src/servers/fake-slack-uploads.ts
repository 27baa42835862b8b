import { z } from 'zod';

/** A message in a channel, with its picture. */
export interface FakePost {
  channel: string;
  fileId: string;
  text: string;
  title: string;
  altText: string | null;
  bytes: Buffer;
  ts: string;
}

/** What a test decides about the uploads to come. */
export interface UploadPlans {
  posts: FakePost[];
  /** So many files.info calls pass before a completed upload shows its share. Infinity: it is never shared. */
  shareDelay: number[];
  /** So many files.info calls say `file_not_found` of a completed upload, although it is posted. */
  hiddenFor: number[];
  /** Whether a shared file says in which channels it is, but not by which message. */
  sharesWithoutMessage: boolean;
  /** A completed upload is ready to be shown in a message so much later, milliseconds. */
  readyAfterMs: number;
}

interface Upload {
  filename: string;
  altText: string | null;
  bytes: Buffer | null;
  completed: boolean;
  readyAtMs: number;
  sharesAfter: number;
  hiddenFor: number;
  post: FakePost | null;
}

/** The external uploads of a fake Slack, in its three steps. Each method resolves to the Web API's answer. */
export interface FakeUploads {
  ticket(args: URLSearchParams, base: string): object;
  /** Takes the bytes; false: there is no such upload. */
  receive(id: string, bytes: Buffer): boolean;
  /** Works once for an id, as the real one. */
  complete(args: URLSearchParams): object;
  info(id: string): object;
  /** The post of the file goes with it. */
  remove(id: string): object;
  /** Whether a message can show it. */
  isReady(id: string): boolean;
  /** The bytes of an upload; null: there is no such upload. */
  bytesOf(id: string): Buffer | null;
  /** Slack drops what has not been completed. */
  forget(): void;
}

const notFound = { ok: false, error: 'file_not_found' };
const completedFiles = z.tuple([z.object({ id: z.string(), title: z.string() })]);

/** Makes the uploads of one fake Slack. */
export function createFakeUploads(plans: UploadPlans): FakeUploads {
  const uploads = new Map<string, Upload>();
  let next = 1;

  return {
    ticket: (args, base) => {
      const id = `FUP${String(next++).padStart(8, '0')}`;
      const [filename, altText] = [args.get('filename') ?? '', args.get('alt_txt')];
      uploads.set(id, { filename, altText, bytes: null, completed: false, readyAtMs: 0, sharesAfter: 0, hiddenFor: 0, post: null });
      return { ok: true, file_id: id, upload_url: `${base}/upload/${id}` };
    },

    receive: (id, bytes) => {
      const upload = uploads.get(id);
      if (upload) upload.bytes = bytes;
      return upload !== undefined;
    },

    complete: (args) => {
      const [{ id, title }] = completedFiles.parse(JSON.parse(args.get('files') ?? '[]'));
      const upload = uploads.get(id);
      if (!upload?.bytes || upload.completed) return notFound;
      upload.completed = true;
      upload.sharesAfter = plans.shareDelay.shift() ?? 0;
      upload.hiddenFor = plans.hiddenFor.shift() ?? 0;
      upload.readyAtMs = Date.now() + plans.readyAfterMs;
      const [channel, text] = [args.get('channel_id'), args.get('initial_comment') ?? ''];
      if (channel === null) return { ok: true, files: [{ id, title }] };
      const ts = `1700000000.${String(next++).padStart(6, '0')}`;
      upload.post = { channel, fileId: id, text, title, altText: upload.altText, bytes: upload.bytes, ts };
      if (Number.isFinite(upload.sharesAfter)) plans.posts.push(upload.post);
      // As the real one: the answer knows nothing of shares yet.
      return { ok: true, files: [{ id, title }] };
    },

    info: (id) => {
      const upload = uploads.get(id);
      if (!upload?.completed) return notFound;
      upload.hiddenFor -= 1;
      if (upload.hiddenFor >= 0) return notFound;
      upload.sharesAfter -= 1;
      const post = upload.sharesAfter < 0 ? upload.post : null;
      const shares = post && !plans.sharesWithoutMessage ? { public: { [post.channel]: [{ ts: post.ts }] } } : {};
      const processed = Date.now() >= upload.readyAtMs ? { mimetype: 'image/jpeg', thumb_360: `https://files.slack.com/${id}-360` } : {};
      const permalink = `https://example.slack.com/files/U0WATCH/${id}/${upload.filename}`;
      return { ok: true, file: { id, name: upload.filename, permalink, shares, channels: post ? [post.channel] : [], ...processed } };
    },

    remove: (id) => {
      if (!uploads.delete(id)) return notFound;
      plans.posts.splice(0, plans.posts.length, ...plans.posts.filter(({ fileId }) => fileId !== id));
      return { ok: true };
    },

    isReady: (id) => {
      const upload = uploads.get(id);
      return upload?.completed === true && Date.now() >= upload.readyAtMs;
    },

    bytesOf: (id) => uploads.get(id)?.bytes ?? null,

    forget: () => {
      for (const [id, { completed }] of uploads) if (!completed) uploads.delete(id);
    },
  };
}
