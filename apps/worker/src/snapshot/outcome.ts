import type { SnapshotOutcome } from '@watchpost/gallery/records/snapshot-outcome';
import type { RecordedFace } from '@watchpost/gallery/records/snapshot-record';
import type { Seen } from '@watchpost/see/face-engine';
import { sizeShare } from '@watchpost/see/face/quality';
import type { ErrorCode } from '@watchpost/shared/errors';

/** Faces that the gallery was not asked about. */
export interface LeftOut {
  /** In a masked part of the picture. */
  masked: number;
  /** Smaller than the camera's smallest face, or than anything that is surely a face. */
  tooSmall: number;
}

/**
 * A frame whose mean brightness, of 255, is below this may have faces that nobody can see: in pictures darkened step by step, with a
 * sensor's noise, a third of the faces was no longer found at 12, half at 10, and nine in ten at 6. docs/seeing.md.
 */
export const darkBelow = 12;

/** What came of a frame that was looked at. `faces`: those that the gallery was asked about. Pure. */
export function outcomeOfFaces(
  { brightness }: Pick<Seen, 'brightness'>,
  faces: readonly Pick<RecordedFace, 'decision' | 'quality' | 'sizePx'>[],
  { masked, tooSmall }: LeftOut,
): SnapshotOutcome {
  if (faces.some(({ decision }) => decision !== 'unrecognisable')) return 'faces';
  if (faces.length > 0) {
    const small = faces.filter(isRatherSmallThanUnclear).length;
    return (small + tooSmall) * 2 >= faces.length + tooSmall ? 'too-small' : 'blurred';
  }
  if (tooSmall > 0) return 'too-small';
  if (masked > 0) return 'masked';
  return brightness < darkBelow ? 'too-dark' : 'none';
}

/** Quality is the share that is recognised at a face's size, reduced by all that is unclear: whichever takes more of it is the reason. */
function isRatherSmallThanUnclear({ quality, sizePx = 0 }: Pick<RecordedFace, 'quality' | 'sizePx'>): boolean {
  const share = sizeShare(sizePx);
  return share === 0 || share <= quality / share;
}

const notImages: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'image-corrupt',
  'image-empty',
  'image-format-heic',
  'image-format-unsupported',
]);

/** What came of a snapshot that failed for good. */
export const outcomeOfFailure = (code: ErrorCode): SnapshotOutcome => (notImages.has(code) ? 'not-an-image' : 'failed');
