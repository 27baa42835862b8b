import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fromRoot } from '../support/root.ts';
import { copyWorkspace, type WorkspaceCopy } from '../support/workspace-copy.ts';

/** The diff under a heading of CONTRIBUTING.md. */
function recipe(heading: string): string {
  const section = readFileSync(fromRoot('CONTRIBUTING.md'), 'utf8').split(`\n### ${heading}\n`)[1] ?? '';
  return /```diff\n([\s\S]*?)```/.exec(section)?.[1] ?? '';
}

const recipes = ['A job kind', 'A platform', 'A command'];
const apps = ['apps/ingest', 'apps/worker', 'apps/cli'];

describe('the recipes of CONTRIBUTING.md', () => {
  let copy: WorkspaceCopy;
  beforeAll(() => {
    copy = copyWorkspace();
    for (const heading of recipes) copy.apply(recipe(heading));
  }, 120_000);
  afterAll(() => copy?.remove());

  it('compile, all together', () => {
    expect(copy.typeCheck(apps)).toBe('');
  }, 120_000);

  it.each([
    [
      'a job kind without a handler',
      'apps/worker',
      'src/handlers.ts',
      '    digest: createDigestHandler(deps),\n',
      '',
      /'digest' is missing/,
    ],
    ['a job kind under another name', 'packages/shared', 'src/jobs/job-kinds.ts', '  digest: digestJobs,', '  daily: digestJobs,', /daily/],
    ['a platform without a prefix', 'packages/telegram', 'src/telegram.ts', "  prefix: 'telegram',\n", '', /'prefix' is missing/],
    ['a platform without its variables', 'apps/ingest', 'src/platforms/telegram/intake.ts', '  env,\n', '', /'env' is missing/],
  ])(
    '%s does not compile',
    (_what, project, file, from, to, fault) => {
      const undo = copy.replace(`${project}/${file}`, from, to);
      try {
        expect(copy.typeCheck([project])).toMatch(fault);
      } finally {
        undo();
      }
    },
    120_000,
  );
});
