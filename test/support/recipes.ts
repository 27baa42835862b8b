import { readFileSync } from 'node:fs';
import { fromRoot } from './root.ts';

/** The headings in CONTRIBUTING.md that have a recipe. */
export const recipes = ['A job kind', 'A platform', 'A command', 'A detector', 'A file format', 'A destination'];

/** The diff under a heading of CONTRIBUTING.md. */
export function recipe(heading: string): string {
  const section = readFileSync(fromRoot('CONTRIBUTING.md'), 'utf8').split(`\n### ${heading}\n`)[1] ?? '';
  return /```diff\n([\s\S]*?)```/.exec(section)?.[1] ?? '';
}
