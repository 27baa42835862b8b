/** The picture formats that are recognised, with the endings of their file names. All but HEIC can be decoded. */
export const imageEndings = {
  jpeg: ['jpg', 'jpeg', 'jfif'],
  png: ['png'],
  webp: ['webp'],
  gif: ['gif'],
  avif: ['avif'],
  tiff: ['tif', 'tiff'],
  bmp: ['bmp'],
  ico: ['ico'],
  heic: ['heic', 'heif'],
} as const satisfies Record<string, readonly string[]>;

export type ImageFormat = keyof typeof imageEndings;
