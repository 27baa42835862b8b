import { chooseKept } from '@watchpost/gallery/changes/plan-merge';
import { personStatus } from '@watchpost/gallery/domain';
import { nameKey } from '@watchpost/gallery/names';
import type { GalleryParts } from '@watchpost/gallery/open-gallery';
import { AppError } from '@watchpost/shared/errors';
import { personRow, tallyNow } from '../../people/person-row.ts';
import type { PartlyTallied } from '../../people/tally.ts';
import { knownPerson } from './person-page.ts';
import type { MergePreview } from './schema.ts';

/** What merging two persons would come to; by the rule that merges them. */
export async function previewMerge(
  from: string,
  into: string,
  parts: Pick<GalleryParts, 'mirror' | 'database' | 'settings'>,
  tallied: PartlyTallied,
  signal: AbortSignal,
): Promise<MergePreview> {
  const { mirror, settings } = parts;
  const [one, other] = [knownPerson(mirror, from), knownPerson(mirror, into)];
  if (one.id === other.id) throw new AppError('change-refused', 'these are one person already');
  const { kept, absorbed } = chooseKept(one, other);
  const now = await tallyNow(parts, [kept, absorbed], tallied, signal);
  const [keptRow, absorbedRow] = [personRow(mirror, kept, now), personRow(mirror, absorbed, now)];
  const hasName = personStatus({ ...absorbed, ignored: false }) === 'named';
  const names = [...kept.aliases, ...(hasName ? [absorbed.name] : []), ...absorbed.aliases];
  const byKey = new Map(names.map((name) => [nameKey(name), name]));
  byKey.delete(nameKey(kept.name));
  const references = keptRow.faces + absorbedRow.faces;
  const perModel = new Map<string, number>();
  for (const { role, modelId } of [...mirror.facesOf(kept.id), ...mirror.facesOf(absorbed.id)])
    if (role === 'reference') perModel.set(modelId, (perModel.get(modelId) ?? 0) + 1);
  const surplus = [...perModel.values()].reduce((sum, count) => sum + Math.max(0, count - settings.references.cap), 0);
  return {
    kept: keptRow,
    absorbed: absorbedRow,
    aliases: [...byKey.values()],
    references: references - surplus,
    surplus,
    sightings: keptRow.sightings + absorbedRow.sightings,
    notSame: mirror.notSame(kept.id, absorbed.id),
  };
}
