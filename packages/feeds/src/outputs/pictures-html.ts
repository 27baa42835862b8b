import { escaped } from '../render/escape.ts';
import type { EntryView, PictureView } from './view.ts';

/** A grey area, in place of a picture that is on its way. */
export const placeholderUrl =
  'data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22 viewBox=%220 0 16 9%22%3E%3Crect width=%2216%22 height=%229%22 fill=%22%23d8d8d8%22/%3E%3C/svg%3E';

const placeholderPx = { width: 480, height: 270 };

function pictureHtml({ url, alt, width, height }: PictureView): string {
  const size = {
    width: width ?? (url === null ? placeholderPx.width : null),
    height: height ?? (url === null ? placeholderPx.height : null),
  };
  const sizes = size.width !== null && size.height !== null ? ` width="${size.width}" height="${size.height}"` : '';
  return `<p><img src="${escaped(url ?? placeholderUrl)}" alt="${escaped(alt)}"${sizes}></p>`;
}

/** An entry's HTML with its pictures behind it, for readers that know HTML only. */
export function withPictures(view: EntryView, { placeholders }: { placeholders: boolean }): string {
  return (
    view.html +
    view.pictures
      .filter(({ url }) => placeholders || url !== null)
      .map(pictureHtml)
      .join('')
  );
}
