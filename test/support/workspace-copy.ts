import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fromRoot } from './root.ts';

/** A copy of the workspace, built files included, that a test may change. */
export interface WorkspaceCopy {
  /** Applies a diff: `--- a/FILE`, `+++ b/FILE`, and hunks without line numbers. Throws if the old lines of a hunk are not there exactly once. */
  apply(diff: string): void;
  /** Replaces a text that is in a file exactly once. Returns how to undo it. */
  replace(file: string, from: string, to: string): () => void;
  /** What the compiler says about these projects; empty if they compile. Projects that did not change are not compiled again. */
  typeCheck(projects: string[]): string;
  /** Runs an ES module in a folder of the copy. Returns what it printed, on both streams. */
  run(folder: string, module: string): string;
  /** Runs these test files of the copy. Returns what vitest says of those that fail; empty if all pass. */
  test(files: string[]): string;
  remove(): void;
}

/** Everything that is tracked at the root, but for the lock file: the copy is not installed. */
const copied = [
  'apps',
  'deploy',
  'docs',
  'packages',
  'scripts',
  'test',
  '.gitignore',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'README.md',
  'package.json',
  'tsconfig.base.json',
  'tsconfig.json',
  'vitest.config.ts',
];

export function copyWorkspace(): WorkspaceCopy {
  const copy = mkdtempSync(path.join(os.tmpdir(), 'watchpost-recipes-'));
  const at = (file: string): string => path.join(copy, file);
  for (const name of copied) {
    // Links stay links: those between the packages then lead into the copy.
    cpSync(fromRoot(name), at(name), { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
  }
  symlinkSync(fromRoot('node_modules'), at('node_modules'));
  // The map's test asks git for the files.
  spawnSync('git', ['init', '--quiet'], { cwd: copy });
  const replace = (file: string, from: string, to: string): (() => void) => {
    const text = readFileSync(at(file), 'utf8');
    if (text.split(from).length !== 2) throw new Error(`${file} does not have exactly one\n${from}`);
    writeFileSync(
      at(file),
      text.replace(from, () => to),
    );
    return () => writeFileSync(at(file), text);
  };
  return {
    replace,
    apply: (diff) => {
      for (const { isNew, file, hunks } of parseDiff(diff)) {
        if (isNew) {
          if (existsSync(at(file))) throw new Error(`${file} exists already`);
          mkdirSync(path.dirname(at(file)), { recursive: true });
          writeFileSync(at(file), hunks.map(({ after }) => after).join(''));
        } else for (const { before, after } of hunks) replace(file, before, after);
      }
    },
    typeCheck: (projects) => {
      linkDependencies(copy);
      const tsc = fromRoot('node_modules/typescript/bin/tsc');
      const { status, stdout, stderr } = spawnSync(process.execPath, [tsc, '-b', ...projects], { cwd: copy, encoding: 'utf8' });
      return status === 0 ? '' : `exit code ${String(status)}\n${stdout}${stderr}`;
    },
    run: (folder, module) => {
      const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', module], {
        cwd: at(folder),
        encoding: 'utf8',
      });
      return stdout + stderr;
    },
    test: (files) => {
      const vitest = fromRoot('node_modules/vitest/vitest.mjs');
      const { status, stdout, stderr } = spawnSync(process.execPath, [vitest, 'run', ...files], { cwd: copy, encoding: 'utf8' });
      return status === 0 ? '' : `exit code ${String(status)}\n${stdout}${stderr}`;
    },
    remove: () => rmSync(copy, { recursive: true, force: true }),
  };
}

/** The old and the new lines of each hunk, by file. */
function parseDiff(diff: string): { isNew: boolean; file: string; hunks: { before: string; after: string }[] }[] {
  return diff
    .split(/^--- /m)
    .slice(1)
    .map((part) => {
      const [from = '', to = '', ...body] = part.split('\n');
      const hunks = body
        .join('\n')
        .split(/^@@.*\n/m)
        .slice(1)
        .map((hunk) => {
          const lines = hunk.split('\n').filter((line) => line !== '');
          const without = (mark: string): string =>
            lines
              .filter((line) => !line.startsWith(mark))
              .map((line) => `${line.slice(1)}\n`)
              .join('');
          return { before: without('+'), after: without('-') };
        });
      return { isNew: from === '/dev/null', file: to.replace('+++ b/', ''), hunks };
    });
}

/** What `pnpm install` does for a new dependency: a link to the package of the workspace, or to what another package has installed. */
function linkDependencies(copy: string): void {
  const homes = ['packages', 'apps'].flatMap((parent) => readdirSync(path.join(copy, parent)).map((name) => `${parent}/${name}`));
  const manifests = homes.map((home) => {
    const manifest = JSON.parse(readFileSync(path.join(copy, home, 'package.json'), 'utf8')) as {
      name: string;
      dependencies?: Record<string, string>;
      devDependencies?: Record<string, string>;
    };
    return { home, name: manifest.name, needs: Object.keys({ ...manifest.dependencies, ...manifest.devDependencies }) };
  });
  for (const { home, needs } of manifests) {
    for (const need of needs) {
      const link = path.join(copy, home, 'node_modules', need);
      if (existsSync(link)) continue;
      const own = manifests.find(({ name }) => name === need);
      const installed = homes.map((other) => path.join(copy, other, 'node_modules', need)).find((file) => existsSync(file));
      if (!own && !installed) throw new Error(`${home} needs ${need}, which is not installed`);
      mkdirSync(path.dirname(link), { recursive: true });
      symlinkSync(own ? path.join(copy, own.home) : path.resolve(path.dirname(installed ?? ''), readlinkSync(installed ?? '')), link);
    }
  }
}
