import { findTools, isPackaged } from '@watchpost/convert/tools';
import type { DoctorConfig } from '../config.ts';
import type { Check } from '../finding.ts';

/** The programs that convert links, where that is on. */
export function toolChecks({ machine }: DoctorConfig): Check[] {
  if (machine?.CONVERT_HOSTS === undefined) return [];
  return [
    {
      id: 'convert.tools',
      repair: 'correct FFMPEG_PATH or YT_DLP_PATH',
      examine: async (report) => {
        const tools = await findTools(machine, machine.PATH);
        if (tools.ffmpeg === null)
          report.fault(
            'convert.ffmpeg',
            'CONVERT_HOSTS is set, and there is no ffmpeg',
            'install it (apt-get install ffmpeg), or set FFMPEG_PATH',
          );
        else if (isPackaged(tools))
          report.note(
            'convert.ffmpeg',
            'ffmpeg is the old one that an npm package carries',
            'install a newer one (apt-get install ffmpeg)',
          );
        else report.ok('convert.ffmpeg', `ffmpeg is ${tools.ffmpeg}`);
        if (tools.ytDlp === null)
          report.warning(
            'convert.yt-dlp',
            'there is no yt-dlp: only links that lead to a file are converted',
            'install it (pipx install yt-dlp), or set YT_DLP_PATH',
          );
        else report.ok('convert.yt-dlp', `yt-dlp is ${tools.ytDlp}`);
      },
    },
  ];
}
