import { inSteps } from './concurrency.ts';
import type { Mirror } from './mirror.ts';

/** Persons who are not recognised, because an embedding model that is not in use any more made all their references. */
export interface LeftBehind {
  persons: number;
  /** Those models. */
  modelIds: string[];
}

/** Who is left behind where `modelId` is in use. Persons without any reference are not counted: no model recognises them. */
export async function leftBehind(mirror: Pick<Mirror, 'persons' | 'facesOf'>, modelId: string): Promise<LeftBehind> {
  const others = new Set<string>();
  let persons = 0;
  await inSteps(mirror.persons(), ({ id }) => {
    const models = mirror.facesOf(id).flatMap((face) => (face.role === 'reference' ? [face.modelId] : []));
    if (models.length === 0 || models.includes(modelId)) return;
    persons += 1;
    for (const each of models) others.add(each);
  });
  return { persons, modelIds: [...others].sort() };
}
