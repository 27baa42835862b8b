import { InputFile } from 'grammy';

/** A file to be sent. Its name stands without quotes in a header, so what would end it there is replaced. */
export function inputFile(content: Uint8Array | Blob, fileName: string): InputFile {
  const name = fileName.replaceAll(/["';\\/\p{Cc}\p{Cs}]/gu, '_').trim() || 'file';
  return new InputFile(content instanceof Blob ? () => content.stream() : content, name);
}
