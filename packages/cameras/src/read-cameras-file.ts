import { cameraName } from '@watchpost/shared/jobs/snapshot-job';
import { readSettings, type Path, type Reading } from '@watchpost/shared/settings-file/read-settings';
import { z } from 'zod';
import { keyOf } from './camera-directory.ts';
import { camerasFileSchema, type CamerasFile } from './cameras-file.ts';

/** Reads the text of a cameras file, and finds all its faults. Pure. */
export function readCamerasFile(text: string): Reading<CamerasFile> {
  return readSettings(text, { schema: camerasFileSchema, list: 'cameras', conflicts: conflictsOf });
}

const namedSchema = z.object({ cameras: z.array(z.unknown()) });
const identitySchema = z.object({ name: z.string(), channel: z.union([z.string(), z.array(z.string())]).optional() });

/** Cameras of one name in the same channel: which settings would count? Looks at what has other faults too. */
function conflictsOf(values: unknown): { path: Path; message: string }[] {
  const seen = new Map<string, string>();
  const conflicts: { path: Path; message: string }[] = [];
  const { data } = namedSchema.safeParse(values);
  for (const [index, each] of (data?.cameras ?? []).entries()) {
    const parsed = identitySchema.safeParse(each);
    if (!parsed.success) continue;
    const { name, channel = '*' } = parsed.data;
    for (const place of [channel].flat()) {
      const key = JSON.stringify([keyOf(cameraName(name) ?? ''), place.slice(place.indexOf(':') + 1)]);
      if (seen.has(key))
        conflicts.push({ path: ['cameras', index, 'name'], message: `name is that of another camera in this file: ${name}` });
      seen.set(key, name);
    }
  }
  return conflicts;
}
