import { namelessWords } from '@watchpost/privacy/consent/shown-names';
import type { Box } from '@watchpost/shared/geometry';
import type { ComparableFace } from '@watchpost/gallery/questions';
import type { FaceLabel } from '@watchpost/visits/labels';

/** Whose faces posts make unrecognisable; see BLUR_BYSTANDERS. */
export type Blur = 'off' | 'strangers' | 'all-but-named';

/** The boxes of the faces that the picture must not show: strangers and those too far away, or all who stand there without a name. Pure. */
export function blurredOf(faces: readonly ComparableFace[], labels: readonly FaceLabel[], blur: Blur): Box[] {
  if (blur === 'off') return [];
  const labelOf = new Map(labels.map((label) => [label.position, label]));
  return faces.filter(({ position }) => isBystander(labelOf.get(position), blur)).map(({ box }) => box);
}

/** Whoever has no label is not reported, or is no face. */
function isBystander(label: FaceLabel | undefined, blur: Blur): boolean {
  if (blur === 'strangers') return label?.style === 'unknown' || label?.style === 'unrecognisable';
  return label?.style !== 'named' || label.text?.endsWith(namelessWords) === true;
}
