import type { FaceLabel as PlacedLabel } from '@watchpost/visits/labels';

export type FaceStyle = PlacedLabel['style'];

/** How a face is drawn. `text`: "1: Ada". Null for a face that nobody can tell from another one: it only gets a box. */
export type FaceLabel = Pick<PlacedLabel, 'style' | 'text'>;
