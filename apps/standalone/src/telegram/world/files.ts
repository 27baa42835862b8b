import { createHash, randomUUID } from 'node:crypto';
import { createCanvas, loadImage } from '@napi-rs/canvas';
import { imageSize } from './image-size.ts';
import type { FileKind, Json, StoredFile } from './model.ts';

export interface NewFile {
  kind: FileKind;
  bytes: Uint8Array;
  name: string | null;
  mimeType: string;
  title?: string | null;
  performer?: string | null;
  /** A small picture of what is in it; of a picture that comes as a document Telegram makes one itself. */
  thumbnail?: Uint8Array | null;
}

export interface Files {
  add(file: NewFile): StoredFile;
  /** What `getFile` answers; null: there is no such file. */
  describe(fileId: string): { path: string; uniqueId: string; sizeBytes: number; kind: FileKind } | null;
  file(fileId: string): StoredFile | null;
  /** Nobody will ask for it again. */
  remove(file: StoredFile): void;
  /** The bytes of a path that `describe` told; null: there is none. */
  read(path: string): Promise<Uint8Array | null>;
}

/** Longest sides of the sizes that a photo comes in, pixels. */
const boxes = [100, 320, 800, 1_280, 2_560];

/** The sizes that a photo comes in, the smallest first. */
function sizesOf({ width, height }: { width: number; height: number }): { box: number; width: number; height: number }[] {
  const longest = Math.max(width, height);
  const used = boxes.filter((box, index) => longest > box || longest > (boxes[index - 1] ?? 0));
  return used.map((box) => {
    const scale = Math.min(1, box / longest);
    return { box, width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
  });
}

const suffix = (box: number): string => `_s${String(box)}`;
const folders: Record<FileKind, string> = {
  photo: 'photos',
  document: 'documents',
  audio: 'music',
  video: 'videos',
  animation: 'animations',
};

/** Keeps files in memory. */
export function createFiles(): Files {
  const byId = new Map<string, StoredFile>();
  const smaller = new Map<string, Promise<Uint8Array>>();
  const find = (fileId: string): { file: StoredFile; box: number | null } | null => {
    const [, id = '', box] = /^(.+?)(?:_s(\d+))?$/.exec(fileId) ?? [];
    const file = byId.get(id);
    return file ? { file, box: box === undefined ? null : Number(box) } : null;
  };
  const store: Files = {
    add: ({ kind, bytes, name, mimeType, title = null, performer = null, thumbnail }) => {
      const id = `F${randomUUID().replaceAll('-', '')}`;
      const uniqueId = createHash('sha256').update(bytes).digest('base64url').slice(0, 16);
      const found = imageSize(bytes);
      const size = found ?? { width: 640, height: 480 };
      const small = thumbnail ?? (kind === 'document' && found ? bytes : null);
      const thumbnailId = small === null ? null : store.add({ kind: 'photo', bytes: small, name: null, mimeType: 'image/jpeg' }).id;
      const file = { id, uniqueId, kind, name, mimeType, bytes, ...size, title, performer, thumbnailId };
      byId.set(id, file);
      return file;
    },
    remove: ({ id, thumbnailId }) => {
      for (const each of [id, thumbnailId]) {
        if (each === null) continue;
        byId.delete(each);
        for (const box of boxes) smaller.delete(`${each}${suffix(box)}`);
      }
    },
    describe: (fileId) => {
      const found = find(fileId);
      if (!found) return null;
      const { file, box } = found;
      const extension = file.kind === 'photo' ? 'jpg' : (/\.(\w{1,8})$/.exec(file.name ?? '')?.[1] ?? 'bin');
      return {
        path: `${folders[file.kind]}/${file.id}${box === null ? '' : suffix(box)}.${extension}`,
        uniqueId: uniqueIdOf(file, box),
        sizeBytes: file.bytes.byteLength,
        kind: file.kind,
      };
    },
    file: (fileId) => find(fileId)?.file ?? null,
    read: async (path) => {
      const found = find(/^\w+\/(\w+)\.\w+$/.exec(path)?.[1] ?? '');
      if (!found) return null;
      const { file, box } = found;
      if (file.kind !== 'photo') return file.bytes;
      const key = `${file.id}${suffix(box ?? 0)}`;
      const made = smaller.get(key) ?? asPhoto(file, box ?? 2_560);
      smaller.set(key, made);
      return made;
    },
  };
  return store;
}

const uniqueIdOf = ({ uniqueId }: StoredFile, box: number | null): string => `${uniqueId}${box === null ? '' : String(box)}`;

/** A photo as Telegram hands it out: a JPEG no longer than its box. What cannot be drawn is handed out as it came. */
async function asPhoto({ bytes, width, height }: StoredFile, box: number): Promise<Uint8Array> {
  const isJpeg = bytes[0] === 0xff && bytes[1] === 0xd8;
  if (isJpeg && Math.max(width, height) <= box) return bytes;
  try {
    const image = await loadImage(Buffer.from(bytes));
    const scale = Math.min(1, box / Math.max(image.width, image.height));
    const canvas = createCanvas(Math.max(1, Math.round(image.width * scale)), Math.max(1, Math.round(image.height * scale)));
    canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height);
    return await canvas.encode('jpeg', 87);
  } catch {
    return bytes;
  }
}

/** The longest side of a thumbnail, pixels. */
const thumbnailBox = 320;

function thumbnailJson({ thumbnailId, uniqueId, width, height }: StoredFile): Json {
  if (thumbnailId === null) return {};
  const scale = Math.min(1, thumbnailBox / Math.max(width, height));
  const size = { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
  return { thumbnail: { file_id: `${thumbnailId}${suffix(thumbnailBox)}`, file_unique_id: `${uniqueId}t`, ...size } };
}

/** The field of a message that holds its file. */
export function fileJson(file: StoredFile): Json {
  const common = { file_id: file.id, file_unique_id: file.uniqueId, file_size: file.bytes.byteLength };
  const named = { ...common, ...(file.name !== null && { file_name: file.name }), mime_type: file.mimeType };
  const moving = { ...named, width: file.width, height: file.height, duration: 1 };
  switch (file.kind) {
    case 'photo':
      return {
        photo: sizesOf(file).map(({ box, width, height }) => ({
          file_id: `${file.id}${suffix(box)}`,
          file_unique_id: uniqueIdOf(file, box),
          width,
          height,
        })),
      };
    case 'audio':
      return { audio: { ...named, duration: 1, title: file.title ?? undefined, performer: file.performer ?? undefined } };
    case 'video':
      return { video: moving };
    case 'animation':
      return { animation: moving, document: named };
    case 'document':
    default:
      return { document: { ...named, ...thumbnailJson(file) } };
  }
}
