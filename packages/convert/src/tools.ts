import { access, constants } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import { AppError } from '@watchpost/shared/errors';

/** The programs that convert, each as its path; null: there is none. */
export interface Tools {
  ffmpeg: string | null;
  ytDlp: string | null;
  /** Limit what a program may take of memory, time and disk, and end it with us. Not on every system. */
  prlimit: string | null;
  setpriv: string | null;
  /** For the programs: where they find others. */
  path: string;
}

export interface ToolSettings {
  FFMPEG_PATH?: string | undefined;
  YT_DLP_PATH?: string | undefined;
}

/**
 * Finds the programs: where the settings say, else on PATH, and ffmpeg at last in a package that carries it (an old one, better than
 * none). Throws `converter-missing` if a setting names a file that cannot be run.
 */
export async function findTools({ FFMPEG_PATH, YT_DLP_PATH }: ToolSettings, path: string): Promise<Tools> {
  const named = async (name: string, file: string | undefined): Promise<string | null> => {
    if (file === undefined || file === '') return null;
    if (await canRun(file)) return file;
    throw new AppError('converter-missing', `${name} names a file that cannot be run: ${file}`);
  };
  return {
    ffmpeg: (await named('FFMPEG_PATH', FFMPEG_PATH)) ?? (await onPath('ffmpeg', path)) ?? (await packagedFfmpeg()),
    ytDlp: (await named('YT_DLP_PATH', YT_DLP_PATH)) ?? (await onPath('yt-dlp', path)),
    prlimit: await onPath('prlimit', path),
    setpriv: await onPath('setpriv', path),
    path,
  };
}

/** The path of ffmpeg; throws `converter-missing` with what to do. */
export function needFfmpeg({ ffmpeg }: Tools): string {
  if (ffmpeg !== null) return ffmpeg;
  throw new AppError('converter-missing', 'there is no ffmpeg: install it (apt-get install ffmpeg), or set FFMPEG_PATH to where it is');
}

/** Whether ffmpeg is the one that an npm package carries. Pure. */
export const isPackaged = ({ ffmpeg }: Pick<Tools, 'ffmpeg'>): boolean => ffmpeg?.includes('@ffmpeg-installer') ?? false;

async function packagedFfmpeg(): Promise<string | null> {
  const name = `@ffmpeg-installer/${process.platform}-${process.arch}`;
  try {
    const folder = dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
    const file = join(folder, process.platform === 'win32' ? 'ffmpeg.exe' : 'ffmpeg');
    return (await canRun(file)) ? file : null;
  } catch {
    return null;
  }
}

async function onPath(name: string, path: string): Promise<string | null> {
  for (const folder of path.split(delimiter)) {
    // A relative one would mean another folder for each program.
    const file = join(folder, name);
    if (isAbsolute(folder) && (await canRun(file))) return file;
  }
  return null;
}

async function canRun(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
