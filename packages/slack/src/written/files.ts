import type { ChatFile } from '@watchpost/shared/chat/chat';
import type { Written } from '@watchpost/shared/chat/written';
import { isRecord, stringOf, type Fields } from '../content/fields.ts';
import { readFiles } from '../content/files.ts';
import { clean } from './room.ts';

/** As Slack, cameras and telephones name pictures. */
const pictureName = /\.(?:jpe?g|jpe|jfif|png|gif|webp|avif|hei[cf]s?|bmp|tiff?|svg)$/i;
const pictureTypes = new Set(['jpg', 'jpeg', 'png', 'gif', 'webp', 'avif', 'heic', 'heif', 'bmp', 'tiff', 'tif', 'svg']);
/** Longer descriptions are cut. */
const mostCharacters = 2_000;
/** Slack takes ten files in a message. */
const mostPictures = 50;

/** The pictures of a message, and how many files it has beside them. Deleted ones are neither. */
export function filesOf(raw: Fields): Pick<Written, 'pictures' | 'otherFiles'> {
  const { files, described } = readFiles(raw);
  const pictures: Written['pictures'] = [];
  let otherFiles = 0;
  for (const [index, file] of files.entries()) {
    // Those that are there come first, in the same order.
    const fields = described[index]?.file;
    if (!isRecord(fields) || !isPicture(fields) || pictures.length === mostPictures) otherFiles += 1;
    else pictures.push({ ...cleanFile(file), altText: wordsIn(fields, 'alt_txt'), title: titleOf(fields) });
  }
  return { pictures, otherFiles };
}

/** By its type, else by what it is called. A file that is stored elsewhere is none: nobody may load it. */
function isPicture(file: Fields): boolean {
  if (file['is_external'] === true || stringOf(file, 'mode') === 'external') return false;
  const type = stringOf(file, 'mimetype').toLowerCase();
  if (type.startsWith('image/')) return true;
  if (type !== '' && type !== 'application/octet-stream') return false;
  return pictureTypes.has(stringOf(file, 'filetype').toLowerCase()) || pictureName.test(stringOf(file, 'name'));
}

/** Slack takes a file's name for its title where nobody gave one. */
function titleOf(file: Fields): string | null {
  const title = wordsIn(file, 'title');
  const name = stringOf(file, 'name').trim();
  return title === null || title === name || title === name.replace(/\.[^.]*$/, '') ? null : title;
}

function wordsIn(file: Fields, key: string): string | null {
  const text = clean(stringOf(file, key).slice(0, mostCharacters)).trim();
  return text === '' ? null : text;
}

const cleanFile = (file: ChatFile): ChatFile => ({
  ...file,
  name: cleanOrNull(file.name),
  mimeType: cleanOrNull(file.mimeType),
  url: cleanOrNull(file.url),
  thumbnailUrl: cleanOrNull(file.thumbnailUrl),
});

const cleanOrNull = (text: string | null): string | null => (text === null ? null : clean(text.slice(0, mostCharacters)));
