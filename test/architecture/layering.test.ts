import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fromRoot } from '../support/root.ts';

interface Source {
  /** From the root: `apps/worker/src/main.ts`. */
  file: string;
  text: string;
  imports: string[];
}

function sources(folder: string): Source[] {
  const root = fromRoot(folder);
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => {
      const text = readFileSync(join(root, name), 'utf8');
      const imports = Array.from(text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g), ([, specifier = '']) => specifier);
      return { file: relative(fromRoot('.'), join(root, name)), text, imports };
    });
}

const folders = ['packages', 'apps'].flatMap((parent) => readdirSync(fromRoot(parent)).map((name) => `${parent}/${name}`));
const all = folders.flatMap((folder) => sources(`${folder}/src`));
const breaking = (test: (source: Source) => boolean) => all.filter(test).map(({ file }) => file);
const imports = ({ imports: list }: Source, ...names: string[]) =>
  list.some((name) => names.some((want) => name === want || name.startsWith(`${want}/`)));

describe('imports point downward', () => {
  it('reads the sources', () => expect(all.length).toBeGreaterThan(40));

  it('shared knows no app, the apps not each other', () => {
    expect(breaking((s) => s.file.startsWith('packages/shared') && s.imports.some((name) => /^@watchpost\/(?!shared)/.test(name)))).toEqual(
      [],
    );
    expect(
      breaking(
        (s) => /^apps\/(ingest|worker)/.test(s.file) && imports(s, '@watchpost/ingest', '@watchpost/worker', '@watchpost/standalone'),
      ),
    ).toEqual([]);
  });

  it.each([
    ['bullmq', /^packages\/shared\/src\/jobs\/bullmq-/],
    ['ioredis', /^packages\/shared\/src\/jobs\/bullmq-/],
    ['mongodb', /\/mongo(-|\/)|open-gallery|export|import/],
    ['pg', /\/postgres(-|\/)|open-gallery/],
    [
      '@slack/web-api',
      /^packages\/shared\/src\/chat\/slack\/|^apps\/standalone\/src\/|^apps\/ingest\/src\/platforms\/slack\/|^apps\/ingest\/src\/main/,
    ],
    ['fastify', /^apps\/ingest\/src\/|^apps\/standalone\/src\//],
    ['onnxruntime-node', /^apps\/worker\/src\/(see|bench|cli)\//],
    ['@vladmandic/human', /^apps\/worker\/src\/(see|bench)\/|^apps\/standalone\//],
    ['emulate', /^apps\/standalone\/src\//],
  ])('only its adapters import %s', (name, allowed) => {
    const users = all.filter((source) => imports(source, name));
    expect(users.map(({ file }) => file).filter((file) => !allowed.test(file))).toEqual([]);
  });

  it('the pipelines know no chat platform by name', () => {
    const pipelines = all.filter(({ file }) => /^apps\/worker\/src\/(snapshot|result|see)\//.test(file));
    expect(pipelines.filter((source) => source.imports.some((name) => name.includes('slack'))).map(({ file }) => file)).toEqual([]);
  });

  it('a step uses earlier steps only', () => {
    const late = all.flatMap(({ file, imports: list }) => {
      const own = /\/(\d)-[\w-]+\.ts$/.exec(file)?.[1];
      return list
        .filter((name) => own && /^\.\/(\d)-/.exec(name)?.[1] && Number(/^\.\/(\d)-/.exec(name)?.[1]) > Number(own))
        .map((name) => `${file} -> ${name}`);
    });
    expect(late).toEqual([]);
  });
});

describe('one way of doing things', () => {
  it('classes are errors only', () => {
    expect(breaking(({ text }) => /^\s*(export )?(abstract )?class (?!\w+ extends \w*Error\b)/m.test(text))).toEqual([]);
  });

  it('the environment is read by main files and the command line only', () => {
    expect(
      breaking(
        ({ file, text }) => /[^`]process\.env/.test(text) && !/\/(main|no-telemetry)\.ts$|\/cli\/|\/bench\/|^apps\/standalone\//.test(file),
      ),
    ).toEqual([]);
  });

  it('ports stay small: at most eight members', () => {
    const large = all.flatMap(({ file, text }) =>
      Array.from(
        text.matchAll(/export interface (\w*(?:Engine|Gallery|Store|Sender|Receiver|Platform|Records|Index))\b[^{]*\{([\s\S]*?)\n\}/g),
        ([, name, body = '']) => ({
          name: `${file} ${name}`,
          members: Array.from(body.matchAll(/^ {2}(?:readonly )?\w+\??[(:<]/gm)).length,
        }),
      ).filter(({ members }) => members > 8),
    );
    expect(large).toEqual([]);
  });
});
