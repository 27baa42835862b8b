import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fromRoot } from '../support/root.ts';
import { workspace } from '../support/sources.ts';

const text = readFileSync(fromRoot('CHANGELOG.md'), 'utf8');
/** The headings of releases, the newest first: a version in brackets, or only a day, of the states before the first one with a number. */
const releases = Array.from(text.matchAll(/^## (?:\[(\d+\.\d+\.\d+)\] - )?(\d{4}-\d\d-\d\d)/gm), ([, version, day = '']) => ({
  version,
  day,
}));
const versionIn = (file: string): unknown => {
  const { version }: { version?: unknown } = JSON.parse(readFileSync(fromRoot(file), 'utf8'));
  return version;
};

describe('CHANGELOG.md', () => {
  it('begins with the release that this is, after what is not released yet', () => {
    expect(text).toMatch(/^# Changelog\n[^]*?\n## \[Unreleased\]\n/);
    expect(releases[0]?.version).toBe(versionIn('package.json'));
  });

  it('is of the release that all packages say they are, which /metrics and backups tell', () => {
    const versions = [...workspace().keys()].map((folder) => versionIn(`${folder}/package.json`));
    expect(versions.length).toBeGreaterThan(20);
    expect([...new Set(versions)]).toEqual([versionIn('package.json')]);
  });

  it('has the newest first', () => {
    const days = releases.map(({ day }) => day);
    expect(days.length).toBeGreaterThan(1);
    expect(days).toEqual(days.toSorted().toReversed());
  });

  it('sorts changes by the kinds of Keep a Changelog', () => {
    const kinds = Array.from(text.matchAll(/^### (.+)$/gm), ([, kind]) => kind);
    expect(kinds.filter((kind) => !['Added', 'Changed', 'Deprecated', 'Removed', 'Fixed', 'Security'].includes(kind ?? ''))).toEqual([]);
  });
});
