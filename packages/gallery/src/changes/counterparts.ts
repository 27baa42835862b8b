import { createHash } from 'node:crypto';
import type { IndexedFace } from '../memory/face-table.ts';

/** The id of a face's counterpart of another model, made from its crop: deterministic, so that it is never added twice. */
export function counterpartId(faceId: string, modelId: string): string {
  return createHash('sha256').update(`${faceId} ${modelId}`).digest('hex').slice(0, 32);
}

/** Which of these faces are the given ones, or the same pictures embedded by another model. */
export function withCounterparts(faces: readonly IndexedFace[], ids: ReadonlySet<string>): IndexedFace[] {
  const models = new Set(faces.map(({ modelId }) => modelId));
  const all = new Set(ids);
  for (const { id } of faces) {
    const counterparts = [...models].map((modelId) => counterpartId(id, modelId));
    if (ids.has(id)) for (const counterpart of counterparts) all.add(counterpart);
    else if (counterparts.some((counterpart) => ids.has(counterpart))) all.add(id);
  }
  return faces.filter(({ id }) => all.has(id));
}
