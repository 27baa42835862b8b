import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');

/** What the next release changes: it stores, and sends, what this one cannot read. */
const changes: readonly [file: string, before: RegExp, after: string][] = [
  ['packages/gallery/dist/domain.js', /galleryFormat = 2/, 'galleryFormat = 3'],
  ['packages/shared/dist/documents/epoch.js', /documentsFormat = 1/, 'documentsFormat = 2'],
  ['packages/shared/dist/jobs/job-kind.js', /jobsFormat = 1/, 'jobsFormat = 2'],
  ['packages/shared/dist/jobs/snapshot-job.js', /v: z\.literal\(1\)/, 'v: z.union([z.literal(1), z.literal(2)])'],
];

/** A copy of the built packages with the format numbers of a newer release. */
export async function buildNewerRelease(): Promise<{ folder: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'watchpost-newer-'));
  await symlink(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
  for (const kind of ['packages', 'apps']) {
    for (const name of await readdir(path.join(root, kind))) {
      const [from, to] = [path.join(root, kind, name), path.join(folder, kind, name)];
      // Links among the packages are relative, and lead to the copies.
      const wanted = (file: string): boolean =>
        !/\/(?:src|test)(?:\/|$)|\.tsbuildinfo$|\.d\.ts$|\.map$/.test(
          path.relative(from, file) === '' ? '' : `/${path.relative(from, file)}`,
        );
      await cp(from, to, { recursive: true, verbatimSymlinks: true, filter: wanted });
    }
  }
  for (const [file, before, after] of changes) {
    const text = await readFile(path.join(folder, file), 'utf8');
    if (!before.test(text)) throw new Error(`${file} does not say ${before.source}`);
    await writeFile(path.join(folder, file), text.replace(before, after));
  }
  return { folder, remove: async () => rm(folder, { recursive: true, force: true }) };
}

/** The same module in a copy. */
export const inRelease = (url: string, folder: string): string => url.replace(`file://${root}/`, `file://${folder}/`);
export const thisRelease = root;
