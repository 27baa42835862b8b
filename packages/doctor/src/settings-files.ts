import { readFile } from 'node:fs/promises';
import { readCamerasFile } from '@watchpost/cameras/read-cameras-file';
import { readFeedsFile } from '@watchpost/feeds/file/read-feeds-file';
import { readScheduleFile } from '@watchpost/schedule/file/read-schedule-file';
import type { Reading } from '@watchpost/shared/settings-file/read-settings';
import type { DoctorConfig } from './config.ts';
import type { Check } from './finding.ts';

/** More faults of one file than anybody reads at once. */
const most = 5;

/** The files that CAMERAS_FILE, FEEDS_FILE and SCHEDULE_FILE name. */
export function settingsFileChecks({ files }: DoctorConfig): Check[] {
  if (!files) return [];
  const all: [id: string, variable: string, file: string | undefined, read: (text: string) => Reading<unknown>][] = [
    ['files.cameras', 'CAMERAS_FILE', files.CAMERAS_FILE, readCamerasFile],
    ['files.feeds', 'FEEDS_FILE', files.FEEDS_FILE, readFeedsFile],
    ['files.schedule', 'SCHEDULE_FILE', files.SCHEDULE_FILE, readScheduleFile],
  ];
  return all.flatMap(([id, variable, file, read]) => (file === undefined ? [] : [fileCheck(id, variable, file, read)]));
}

function fileCheck(id: string, variable: string, file: string, read: (text: string) => Reading<unknown>): Check {
  const repair = `let ${variable} name a file that this user can read`;
  return {
    id,
    repair,
    examine: async (report, signal) => {
      const reading = read(await readFile(file, { encoding: 'utf8', signal }));
      if (reading.kind === 'valid') {
        report.ok(id, `${file} has no fault`);
        return;
      }
      const { faults } = reading;
      for (const { line, column, message } of faults.slice(0, most))
        report.fault(
          id,
          `${file}:${String(line)}:${String(column)}: ${message}`,
          'correct this line: until then processes do not start, or go on with what they read before',
        );
      if (faults.length > most)
        report.fault(id, `${file} has ${String(faults.length - most)} more faults`, 'correct the first ones, then run the doctor again');
    },
  };
}
