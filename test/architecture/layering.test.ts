import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { floors } from '../support/floors.ts';
import { packageOf, sourcesOf, workspace } from '../support/sources.ts';

const packages = workspace();
const all = sourcesOf(packages.keys());
const homeOf = new Map([...packages].map(([home, { name }]) => [name, home]));
const breaking = (test: (source: (typeof all)[number]) => boolean) => all.filter(test).map(({ file }) => file);
const unique = (list: string[]) => [...new Set(list)].sort();

describe('imports point downward', () => {
  it.each([...packages.keys()])('%s imports the packages below it, and no other', (home) => {
    const used = all.filter((source) => source.home === home).flatMap(({ imports }) => imports.map((name) => homeOf.get(packageOf(name))));
    expect(unique(used.filter((other) => other !== undefined))).toEqual(floors[home]);
  });

  it('what is imported is what package.json names, and the other way round', () => {
    const declared = [...packages].map(([home, { dependencies }]) => [
      home,
      Object.keys(dependencies)
        .flatMap((name) => homeOf.get(name) ?? [])
        .sort(),
    ]);
    expect(Object.fromEntries(declared)).toEqual(floors);
  });

  /** Rooms of a package from the ground up: one imports those before it only. Files that join the rooms are not listed; no room imports them. */
  it.each([
    [
      'packages/gallery',
      'evidence.ts position.ts names.ts domain.ts gallery.ts questions.ts store.ts holdings.ts person-documents.ts metrics.ts decide records memory changes recognise housekeeping archive stores moving-in',
    ],
    ['packages/visits', 'visit.ts visit-view.ts daily-hours.ts visit-document.ts compose compose.ts labels.ts words post.ts'],
    [
      'packages/see',
      'config.ts face-engine.ts files picture translate models find scene face look.ts prepare threads create-face-engine.ts throughput',
    ],
  ])('the rooms of %s', (home, list) => {
    const rooms = list.split(' ');
    const roomOf = (file: string): string => file.slice(`${home}/src/`.length).split('/')[0] ?? '';
    const upward = all
      .filter((source) => source.home === home && rooms.includes(roomOf(source.file)))
      .flatMap(({ file, imports }) =>
        imports
          .filter((name) => name.startsWith('.'))
          .map((name) => path.posix.join(path.posix.dirname(file), name))
          .filter((target) => roomOf(target) !== roomOf(file) && !rooms.slice(0, rooms.indexOf(roomOf(file))).includes(roomOf(target)))
          .map((target) => `${file} -> ${target}`),
      );
    expect(upward).toEqual([]);
    expect(rooms.filter((room) => !all.some((source) => source.home === home && roomOf(source.file) === room))).toEqual([]);
  });

  it('a step uses earlier steps only', () => {
    const late = all.flatMap(({ file, imports }) => {
      const own = /\/(\d)-[\w-]+\.ts$/.exec(file)?.[1];
      return imports.filter((name) => own && Number(/^\.\/(\d)-/.exec(name)?.[1] ?? 0) > Number(own)).map((name) => `${file} -> ${name}`);
    });
    expect(late).toEqual([]);
  });
});

describe('doors', () => {
  const used = all.flatMap(({ file, home, imports }) =>
    imports.filter((name) => homeOf.has(packageOf(name)) && homeOf.get(packageOf(name)) !== home).map((name) => ({ file, name })),
  );
  const doors = [...packages.values()].flatMap(({ name, exports }) =>
    Object.keys(exports)
      .filter((door) => door !== './*')
      .map((door) => path.posix.join(name, door)),
  );

  it('nobody passes a package by another way', () => {
    expect(used.filter(({ name }) => !doors.includes(name))).toEqual([]);
  });

  it('nobody leaves a package by a relative path', () => {
    const outside = all.flatMap(({ file, home, imports }) =>
      imports
        .filter((name) => name.startsWith('.') && !path.posix.join(path.posix.dirname(file), name).startsWith(`${home}/src/`))
        .map((name) => `${file} -> ${name}`),
    );
    expect(outside).toEqual([]);
  });

  it('every door is used', () => {
    expect(doors.filter((door) => !used.some(({ name }) => name === door))).toEqual([]);
  });

  it('only tests have the key to the rest', () => {
    for (const { exports } of packages.values()) expect(Object.keys(exports['./*'] ?? {})).toEqual(['internals']);
  });
});

describe('adapters', () => {
  /** The folders, or files, that import a library. An entry that nobody uses fails too. */
  it.each([
    ['bullmq', ['packages/shared/src/jobs']],
    [
      'mongodb',
      [
        // Fills a database past the stores.
        'packages/bench/src/console',
        // Edits by hand, as an operator does.
        'packages/bench/src/gallery',
        'packages/bench/src/prove/gallery',
        'packages/bench/src/prove/machines',
        'packages/bench/src/servers',
        // Reads the Python service's names.
        'packages/gallery/src/moving-in',
        'packages/gallery/src/stores/mongo',
        'packages/gallery/src/stores/mongo/vector-search',
      ],
    ],
    [
      'pg',
      [
        'apps/standalone/src/processes/postgres',
        'packages/bench/src/console',
        'packages/bench/src/gallery',
        'packages/bench/src/growth',
        'packages/bench/src/prove/gallery',
        'packages/bench/src/servers',
        'packages/gallery/src/stores/postgres',
        'packages/shared/src/jobs',
      ],
    ],
    ['usearch', ['packages/gallery/src/memory/index']],
    ['grammy', ['packages/telegram/src', 'packages/telegram/src/posting', 'packages/telegram/src/rendering']],
    ['@slack/web-api', ['apps/standalone/src/demo', 'apps/standalone/src/slack', 'packages/slack/src']],
    [
      'fastify',
      [
        'apps/console/src',
        'apps/console/src/api/session',
        'apps/console/src/http',
        'apps/console/src/sign-in',
        'apps/feed/src',
        'apps/feed/src/http',
        'apps/feed/src/page',
        'apps/ingest/src',
        'apps/ingest/src/files',
        'apps/ingest/src/platforms',
        'apps/ingest/src/platforms/slack',
        'apps/ingest/src/platforms/telegram',
        'apps/ingest/src/quotes',
      ],
    ],
    ['onnxruntime-node', ['packages/see/src/models']],
    ['emulate', ['apps/standalone/src/slack']],
    ['sanitize-html', ['packages/feeds/src/render']],
  ])('only its adapters import %s', (library, folders) => {
    const users = all
      .filter(({ imports }) => imports.some((name) => packageOf(name) === library))
      .map(({ file }) => path.posix.dirname(file));
    expect(unique(users)).toEqual(folders);
  });

  it('the pipelines know no chat platform by name', () => {
    const rooms =
      /^apps\/worker\/src\/(snapshot|visit|notice|interaction|message|file|violation|result|talk|conversion|scheduled|mail|alert)\/|^packages\/(see|gallery|visits|talk|convert|schedule|mail)\//;
    const pipelines = all.filter(({ file }) => rooms.test(file));
    expect(pipelines.filter(({ text }) => /slack|telegram|mrkdwn/i.test(text)).map(({ file }) => file)).toEqual([]);
  });
});

describe('one way of doing things', () => {
  it('reads the sources', () => expect(all.length).toBeGreaterThan(150));

  it('classes are errors only', () => {
    expect(breaking(({ text }) => /^\s*(export )?(abstract )?class (?!\w+ extends \w*Error\b)/m.test(text))).toEqual([]);
  });

  it('the environment is read by main files and the launcher only', () => {
    expect(
      breaking(({ file, text }) => /[^`]process\.env/.test(text) && !/\/(main|no-telemetry)\.ts$|^apps\/standalone\//.test(file)),
    ).toEqual([]);
  });

  it('a time limit is never held by AbortSignal.any alone: Node 20 loses it, see `within`', () => {
    expect(breaking(({ text }) => /AbortSignal\.any\(\[[^\]]*AbortSignal\.timeout/.test(text))).toEqual([]);
  });

  it('ports stay small: at most eight members', () => {
    const large = all.flatMap(({ file, text }) =>
      Array.from(
        text.matchAll(
          /export interface (?!Connected)(\w*(?:Engine|Gallery|Store|Sender|Receiver|Platform|Records|Index))\b[^{]*\{([\s\S]*?)\n\}/g,
        ),
        ([, name, body = '']) => ({
          name: `${file} ${name}`,
          members: Array.from(body.matchAll(/^ {2}(?:readonly )?\w+\??[(:<]/gm)).length,
        }),
      ).filter(({ members }) => members > 8),
    );
    expect(large).toEqual([]);
  });
});
