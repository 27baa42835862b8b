import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { fromRoot } from '../support/root.ts';

const pages = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...filesBelow('docs').filter((file) => file.endsWith('.md'))];
const textOf = (file: string): string => readFileSync(fromRoot(file), 'utf8');

function filesBelow(folder: string): string[] {
  return readdirSync(fromRoot(folder), { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name.replaceAll('\\', '/')}`);
}

/** GitHub's anchor of a heading: lower case, without punctuation, blanks as dashes. */
function anchorsOf(text: string): string[] {
  return Array.from(text.matchAll(/^#+ (.+)$/gm), ([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function brokenLinks(page: string): string[] {
  // Without code blocks: a diff names files that are still to be made.
  const prose = textOf(page).replaceAll(/^```[\s\S]*?^```$/gm, '');
  const targets = Array.from(prose.matchAll(/\]\(([^)\s]+)\)/g), ([, target = '']) => target).filter((target) => !/^[a-z]+:/.test(target));
  return targets.filter((target) => {
    const [file = '', anchor] = target.split('#');
    const full = file === '' ? page : path.posix.join(path.posix.dirname(page), file);
    if (!existsSync(fromRoot(full))) return true;
    return anchor !== undefined && !anchorsOf(textOf(full)).includes(anchor);
  });
}

describe('links', () => {
  it('the pages are read', () => expect(pages.length).toBeGreaterThan(15));

  it.each(pages)('%s leads to files and headings that exist', (page) => expect(brokenLinks(page)).toEqual([]));

  it('the README leads to every page of the documentation', () => {
    const named = textOf('README.md');
    const missing = filesBelow('docs').filter((file) => /^docs\/(?:guides\/)?[\w-]+\.md$/.test(file) && !named.includes(`(${file})`));
    expect(missing).toEqual([]);
  });
});

describe('decisions', () => {
  const files = filesBelow('docs/decisions').sort();

  it('are numbered without gaps, each with its number as its title', () => {
    expect(files.map((file) => path.posix.basename(file).slice(0, 4))).toEqual(files.map((_, index) => String(index + 1).padStart(4, '0')));
    expect(files.map((file) => textOf(file).split('\n')[0]?.split(' ').slice(0, 2))).toEqual(
      files.map((_, index) => ['#', `${index + 1}.`]),
    );
  });
});

describe('the map in architecture.md', () => {
  it('has a line for every folder of code, and no other', () => {
    const onMap = Array.from(
      textOf('docs/architecture.md').matchAll(/^\| \[`([\w/-]+)`\]\(\.\.\/[^)]+\) \|/gm),
      ([, folder = '']) => folder,
    );
    const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', 'apps', 'packages'], {
      cwd: fromRoot('.'),
      encoding: 'utf8',
    });
    const folders = tracked
      .split('\n')
      .filter((file) => /\.tsx?$/.test(file) && existsSync(fromRoot(file)))
      .map((file) => path.posix.dirname(file))
      // The parts of a page need no line of their own.
      .map((folder) => folder.replace(/(client\/pages)\/.*/, '$1'));
    expect(onMap.toSorted()).toEqual([...new Set(folders.map((folder) => folder.replace('/src', '')))].sort());
  });
});
