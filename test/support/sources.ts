import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { z } from 'zod';
import { fromRoot } from './root.ts';

/** A file of code, read as text. */
export interface Source {
  /** From the root: `apps/worker/src/main.ts`. */
  file: string;
  /** `apps/worker`. */
  home: string;
  text: string;
  /** The specifiers of its imports, `import.meta.resolve` included. */
  imports: string[];
}

const manifestSchema = z.looseObject({
  name: z.string(),
  exports: z.record(z.string(), z.unknown()).default({}),
  dependencies: z.record(z.string(), z.string()).default({}),
  optionalDependencies: z.record(z.string(), z.string()).default({}),
});

/** The workspace's packages by folder: `packages/shared`, `apps/worker` … */
export function workspace(): Map<string, z.output<typeof manifestSchema>> {
  const homes = ['packages', 'apps'].flatMap((parent) => readdirSync(fromRoot(parent)).map((name) => `${parent}/${name}`));
  return new Map(homes.map((home) => [home, manifestSchema.parse(JSON.parse(readFileSync(fromRoot(`${home}/package.json`), 'utf8')))]));
}

/** All sources below the `src` of these packages. */
export function sourcesOf(homes: Iterable<string>): Source[] {
  return [...homes].flatMap((home) => {
    const root = fromRoot(`${home}/src`);
    return readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => {
        const text = readFileSync(join(root, name), 'utf8');
        const imports = Array.from(text.matchAll(/(?:from|import|resolve)\s*\(?\s*'([^'\n]+)'/g), ([, specifier = '']) => specifier);
        return { file: relative(fromRoot('.'), join(root, name)).replaceAll('\\', '/'), home, text, imports };
      });
  });
}

/** `@scope/name/deep/path` and `name/path` as the name of the package. */
export function packageOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}
