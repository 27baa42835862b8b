import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { errorCodes } from '@watchpost/shared/errors';
import { consoleEnv } from '@watchpost/console/config';
import { feedEnv } from '@watchpost/feed/config';
import { ingestEnv } from '@watchpost/ingest/config';
import { standaloneEnv } from '@watchpost/standalone/config';
import { variableOrder } from '@watchpost/standalone/variable-order';
import { workerEnv } from '@watchpost/worker/config';
import { fromRoot } from '../support/root.ts';
import { sourcesOf, workspace } from '../support/sources.ts';

/** The first cells of a Markdown file's table rows that hold one word in backticks, with the second cell. */
function rows(file: string): Map<string, string> {
  const found = readFileSync(fromRoot(file), 'utf8').matchAll(/^\| `([\w-]+)` \|\s*([^|]*?)\s*\|/gm);
  return new Map(Array.from(found, ([, name = '', second = '']) => [name, second]));
}

describe('docs/errors.md', () => {
  it('explains every code, with the class it has, and no other', () => {
    expect(Object.fromEntries(rows('docs/errors.md'))).toEqual(errorCodes);
  });
});

describe('docs/configuration.md', () => {
  it('explains every variable that a process reads, and no other', () => {
    const read = new Set([
      ...Object.keys(ingestEnv),
      ...Object.keys(workerEnv),
      ...Object.keys(feedEnv),
      ...Object.keys(consoleEnv),
      ...Object.keys(standaloneEnv),
    ]);
    expect([...rows('docs/configuration.md').keys()].sort()).toEqual([...read].sort());
  });
});

describe("npm start's faults", () => {
  it('come in the order of docs/configuration.md', () => {
    const names = [...rows('docs/configuration.md').keys()];
    expect(names.filter((name) => variableOrder.includes(name))).toEqual(variableOrder);
  });
});

describe('docs/metrics.md', () => {
  it('lists every metric that a process exports, with its labels, and no other', () => {
    const text = readFileSync(fromRoot('docs/metrics.md'), 'utf8');
    const listed = Array.from(
      text.matchAll(/^\| `watchpost_(\w+)(?:\{([\w,]+)\})?` \|/gm),
      ([, name, labels = '']) => `${name}{${labels}}`,
    );
    const registered = sourcesOf(workspace().keys()).flatMap((source) =>
      Array.from(
        source.text.matchAll(/\.(?:counter|gauge|histogram)\(\s*'(\w+)',\s*(?:'[^']*'|"[^"]*")(?:,\s*\[([^\]]*)\])?/g),
        ([, name, labels = '']) => `${name}{${labels.replaceAll(/['\s]|,\s*$/g, '')}}`,
      ),
    );
    expect(registered.length).toBeGreaterThan(15);
    expect(listed.toSorted()).toEqual(registered.toSorted());
  });
});
