import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '@watchpost/shared/errors';
import { imageEndings } from '@watchpost/shared/image-formats';

/** A picture file of one person. */
export interface EnrollPicture {
  name: string;
  file: string;
}

const { heic: _cannotBeDecoded, ...decodable } = imageEndings;
const pictureEndings = new Set(Object.values(decodable).flatMap((endings) => endings.map((ending) => `.${ending}`)));

/** The pictures in a folder with a sub-folder per person, in a stable order; `leftOut` is everything else in it. Rejects with `file-unreadable`. */
export async function picturesOfFolder(folder: string): Promise<{ pictures: EnrollPicture[]; leftOut: string[] }> {
  const pictures: EnrollPicture[] = [];
  const leftOut: string[] = [];
  for (const entry of await list(folder)) {
    const inside = path.join(folder, entry);
    if (!(await isFolder(inside))) {
      leftOut.push(inside);
      continue;
    }
    for (const name of await list(inside)) {
      const file = path.join(inside, name);
      if (pictureEndings.has(path.extname(name).toLowerCase()) && !(await isFolder(file))) pictures.push({ name: entry, file });
      else leftOut.push(file);
    }
  }
  return { pictures, leftOut };
}

/** The bytes of a file. Rejects with `file-unreadable`. */
export function readBytes(file: string): Promise<Buffer> {
  return readable(readFile(file));
}

/** Without hidden files, which editors and file managers make. */
async function list(folder: string): Promise<string[]> {
  const entries = await readable(readdir(folder));
  return entries.filter((entry) => !entry.startsWith('.')).sort();
}

async function isFolder(file: string): Promise<boolean> {
  return (await readable(stat(file))).isDirectory();
}

async function readable<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    throw new AppError('file-unreadable', error instanceof Error ? error.message : String(error), { cause: error });
  }
}
