import { readSettings, type Path, type Reading } from '@watchpost/shared/settings-file/read-settings';
import { z } from 'zod';
import { scheduleFileSchema, type ScheduleFile } from './schedule-file.ts';

/** Reads the text of a file of jobs on a schedule, and finds all its faults. Pure. */
export function readScheduleFile(text: string): Reading<ScheduleFile> {
  return readSettings(text, { schema: scheduleFileSchema, list: 'jobs', conflicts: conflictsOf });
}

const looseSchema = z.looseObject({
  jobs: z
    .array(z.looseObject({ name: z.string().optional().catch(undefined) }))
    .optional()
    .catch(undefined),
});

/** Two jobs of one name. */
function conflictsOf(values: unknown): { path: Path; message: string }[] {
  const names = new Set<string>();
  return (looseSchema.safeParse(values).data?.jobs ?? []).flatMap(({ name }, index) => {
    if (name === undefined) return [];
    const isTaken = names.has(name);
    names.add(name);
    return isTaken ? [{ path: ['jobs', index, 'name'], message: `name is that of another job in this file: ${name}` }] : [];
  });
}
