import { constants, existsSync, type StatsFs } from 'node:fs';
import { access, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, resolve } from 'node:path';
import type { DoctorConfig } from '../config.ts';
import type { Check, Report } from '../finding.ts';

/** Bytes. Conversions and files of messages take some hundred megabytes for a while. */
const [little, tooLittle] = [1e9, 1e8];

/** Room on the disks that we write to. */
export function diskChecks({ machine, storage }: DoctorConfig): Check[] {
  if (!machine) return [];
  const written: [what: string, folder: string][] = [['temporary files', tmpdir()]];
  // Where there are servers, the folder may be left from a trial, and be somebody else's.
  const isEmbedded = !storage?.POSTGRES_URL && !(storage?.MONGO_CONNECTION_STRING && storage.REDIS_URL);
  const folders = [...written];
  if (existsSync(machine.DATA_DIR)) {
    const data: [string, string] = ['the embedded database (DATA_DIR)', resolve(machine.DATA_DIR)];
    folders.push(data);
    if (isEmbedded) written.push(data);
  }
  if (machine.MODEL_CACHE_DIR !== undefined) folders.push(['models (MODEL_CACHE_DIR)', resolve(machine.MODEL_CACHE_DIR)]);
  return [
    {
      id: 'machine.disk',
      repair: 'look whether the disk is mounted',
      examine: async (report) => {
        for (const [what, folder] of written) await reportWritable(report, what, folder);
        for (const [what, folder] of folders) {
          const { bavail, bsize, files, ffree } = await roomOf(folder);
          reportRoom(report, what, folder, bavail * bsize);
          // Some file systems make places for files as they are needed, and say 0 of 0.
          if (files > 0 && ffree === 0)
            report.fault(
              'machine.disk',
              `the disk of ${folder} has no place for another file (inodes)`,
              'remove files that nobody needs: df -i',
            );
        }
      },
    },
  ];
}

/** A folder that is not there, or on a disk that is read-only, has all the room that one could wish. */
async function reportWritable(report: Report, what: string, folder: string): Promise<void> {
  try {
    await access(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    report.fault(
      'machine.disk',
      `nothing can be written in ${folder}, the place of ${what} (${reason})`,
      'make this folder, let our user write in it, or name another one: for temporary files in TMPDIR',
    );
  }
}

/** Of the folder, or of the one that it would be made in. */
async function roomOf(folder: string): Promise<Pick<StatsFs, 'bavail' | 'bsize' | 'files' | 'ffree'>> {
  try {
    return await statfs(folder);
  } catch (error) {
    if (dirname(folder) === folder) throw error;
    return roomOf(dirname(folder));
  }
}

/** Judges how many bytes are left in a folder. */
export function reportRoom(report: Report, what: string, folder: string, bytes: number): void {
  const id = 'machine.disk';
  const says = `${bytes < 1e10 ? `${String(Math.round(bytes / 1e6))} MB` : `${String(Math.round(bytes / 1e9))} GB`} are left for ${what} in ${folder}`;
  if (bytes < tooLittle) report.fault(id, says, 'make room on this disk, or take another one');
  else if (bytes < little) report.warning(id, says, 'make room on this disk before it is full');
  else report.ok(id, says);
}
