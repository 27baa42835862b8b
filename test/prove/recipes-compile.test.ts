import { expect, it } from 'vitest';
import { recipe, recipes } from '../support/recipes.ts';
import { copyWorkspace } from '../support/workspace-copy.ts';

it('the recipes of CONTRIBUTING.md compile with everything that they leave as it is, and with what tests share', () => {
  const copy = copyWorkspace();
  try {
    for (const heading of recipes) copy.apply(recipe(heading));
    // Of the tests only what they share: all of them would take as long as the whole code. And nothing is written into our own cache.
    const ofTests = 'test/tsconfig.json';
    copy.replace(ofTests, '["**/*.ts", "../vitest.config.ts"]', '["support", "architecture"]');
    copy.replace(ofTests, '"outDir": "../node_modules/.cache/test-types"', '"outDir": "../test-types"');
    copy.replace(ofTests, '"../node_modules/.cache/test-types/.tsbuildinfo"', '"../test-types/.tsbuildinfo"');
    expect(copy.typeCheck(['.'])).toBe('');
  } finally {
    copy.remove();
  }
}, 300_000);
