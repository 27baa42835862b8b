import type { ComparableFace } from '@watchpost/gallery/questions';

/** A face as the gallery knows it: surely Ada's. */
export const comparableFace = (over: Partial<ComparableFace> = {}): ComparableFace => ({
  position: 0,
  box: { x: 20, y: 20, width: 80, height: 80 },
  decision: 'match',
  person: { id: 'ada', status: 'named', name: 'Ada' },
  similarity: 0.8,
  quality: 0.8,
  sizePx: 80,
  saidBy: null,
  evidence: null,
  best: null,
  second: null,
  mayBe: null,
  mayBeId: null,
  embedding: new Float32Array([1, 0]),
  modelId: 'test',
  ...over,
});
