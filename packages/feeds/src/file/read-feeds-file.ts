import { readSettings, type Path, type Reading } from '@watchpost/shared/settings-file/read-settings';
import { z } from 'zod';
import { feedsFileSchema, type FeedsFile } from './feeds-file.ts';

/** Reads the text of a feeds file, and finds all its faults. Pure. */
export function readFeedsFile(text: string): Reading<FeedsFile> {
  return readSettings(text, { schema: feedsFileSchema, list: 'feeds', conflicts: conflictsOf });
}

const maybe = <T>(schema: z.ZodType<T>) => schema.optional().catch(undefined);
const placed = z.looseObject({ pictures: maybe(z.looseObject({ destination: maybe(z.string()) })) });
const looseSchema = z.looseObject({
  destinations: maybe(z.record(z.string(), z.unknown())),
  defaults: maybe(placed),
  feeds: maybe(z.array(placed.extend({ slug: maybe(z.string()) }))),
});

/** Two feeds with one address, and pictures that go nowhere. */
function conflictsOf(values: unknown): { path: Path; message: string }[] {
  const { destinations = {}, defaults, feeds = [] } = looseSchema.safeParse(values).data ?? {};
  const slugs = new Set<string>();
  const found: { path: Path; message: string }[] = [];
  const checkDestination = (name: string | undefined, path: Path): void => {
    if (name === undefined || Object.hasOwn(destinations, name)) return;
    const known = Object.keys(destinations).join(', ');
    found.push({ path, message: `pictures.destination is none of the destinations${known === '' ? '' : `: ${known}`}` });
  };
  checkDestination(defaults?.pictures?.destination, ['defaults', 'pictures', 'destination']);
  for (const [index, { slug, pictures }] of feeds.entries()) {
    checkDestination(pictures?.destination, ['feeds', index, 'pictures', 'destination']);
    if (slug === undefined) continue;
    if (slugs.has(slug)) found.push({ path: ['feeds', index, 'slug'], message: `slug is that of another feed in this file: ${slug}` });
    slugs.add(slug);
  }
  return found;
}
