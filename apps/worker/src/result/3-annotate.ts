import type { ChatPlatform } from '@watchpost/shared/chat/chat';
import { scaleBox } from '@watchpost/shared/geometry';
import { decode } from '@watchpost/see/picture/decode';
import { downloadSnapshot } from '../download-snapshot.ts';
import type { KeptFiles } from '../kept-files.ts';
import type { Gathered } from './1-gather.ts';
import type { FaceLabel } from './2-describe.ts';
import { drawFaces } from './annotate/draw.ts';
import { maxResultSidePx } from './annotate/layout.ts';

export interface AnnotateDeps {
  files: KeptFiles;
  maxBytes: number;
  /** Larger pictures are refused. */
  maxPixels: number;
}

/** The snapshot as a JPEG with a box and a label for every face. */
export async function annotate(
  { record, faces }: Gathered,
  labels: readonly FaceLabel[],
  chat: ChatPlatform,
  { files, maxBytes, maxPixels }: AnnotateDeps,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const bytes = await downloadSnapshot(record.job, { chat, files, maxBytes }, signal);
  // Shrunk while it is decoded, so that a picture of 40 megapixels is not drawn in full.
  const { picture } = await decode(bytes, { maxPixels, workPixels: maxResultSidePx ** 2 });
  const scale = picture.width / (record.width ?? picture.width);
  const labelled = faces.flatMap(({ face }, index) => {
    const label = labels[index];
    return label ? [{ box: scaleBox(face.box, scale), label }] : [];
  });
  return drawFaces(picture, labelled);
}
