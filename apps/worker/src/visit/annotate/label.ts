import type { labelsOf } from '@watchpost/visits/labels';

/** A face of a picture with what is written beside it. */
export type LabelledFace = ReturnType<typeof labelsOf>[number];
export type FaceStyle = LabelledFace['style'];
/** `text`: "1: Ada". Null for a face that nobody can tell from another one: it only gets a box. */
export type FaceLabel = Pick<LabelledFace, 'style' | 'text'>;
