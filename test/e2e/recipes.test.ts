import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recipe, recipes } from '../support/recipes.ts';
import { copyWorkspace, type WorkspaceCopy } from '../support/workspace-copy.ts';

/** What of `npm test` looks at the files that a recipe adds. */
const tests = [
  ...['docs-links', 'docs-match-code', 'images', 'layering'].map((name) => `test/architecture/${name}.test.ts`),
  'test/unit/shared/jobs',
];

const slackOnly = {
  SLACK_API_TOKEN: 'xoxb-1',
  SLACK_SIGNING_SECRET: 's',
  READ_SLACK_CHANNEL_ID: 'C1',
  WRITE_SLACK_CHANNEL_ID: 'C2',
  POSTGRES_URL: 'postgres://p',
};
/** Prints as which channels the worker posts, how many platforms ingest starts, or why not. */
const load = (app: 'ingest' | 'worker', env: Record<string, string>): string => `
  import { loadConfig } from './dist/config.js';
  try {
    const config = loadConfig(${JSON.stringify(env)});
    ${
      app === 'worker'
        ? `const { connectPlatforms } = await import('./dist/platforms.js');
           const { platformFor } = connectPlatforms(config, { turns: {}, access: {}, log: {} });
           const post = (channel) => { try { return platformFor(channel).writeChannel; } catch (error) { return error.message; } };
           console.log(['slack:C1', 'matrix:1', 'irc:1'].map(post).join(', '));`
        : `const { matrixIntake } = await import('./dist/platforms/matrix/intake.js');
           console.log(matrixIntake.start(config, {}, AbortSignal.abort()) === null ? 'Slack only' : 'with Matrix');`
    }
  } catch (error) {
    console.log(error.message);
  }`;

describe('the recipes of CONTRIBUTING.md', () => {
  let copy: WorkspaceCopy;
  beforeAll(() => {
    copy = copyWorkspace();
    for (const heading of recipes) copy.apply(recipe(heading));
  }, 120_000);
  afterAll(() => copy?.remove());

  // What no recipe changes, and the tests, compile with them too: test/prove/recipes-compile.test.ts.
  it('compile, all together', () => {
    const changed = recipes.flatMap((heading) =>
      Array.from(recipe(heading).matchAll(/^\+{3} b\/((?:apps|packages)\/[^/]+)\//gm), ([, project = '']) => project),
    );
    expect(new Set(changed).size).toBeGreaterThan(recipes.length);
    expect(copy.typeCheck([...new Set(changed)])).toBe('');
  }, 300_000);

  it('pass the tests of layers, images and documents', () => {
    expect(copy.test(tests)).toBe('');
  }, 120_000);

  it.each([
    ['Slack only', {}, 'Slack only', 'slack:C2, matrix is not configured, this version has no platform irc'],
    [
      'Slack and Matrix',
      { MATRIX_TOKEN: 't', WRITE_MATRIX_ROOM_ID: '7', MATRIX_SECRET: 's' },
      'with Matrix',
      'slack:C2, matrix:7, this version has no platform irc',
    ],
    [
      'half of Matrix',
      { MATRIX_TOKEN: 't', MATRIX_SECRET: 's' },
      'MATRIX_TOKEN and WRITE_MATRIX_ROOM_ID must be set together',
      'MATRIX_TOKEN and WRITE_MATRIX_ROOM_ID must be set together',
    ],
  ])(
    'run with an environment of %s',
    (_what, env, ingest, worker) => {
      expect(copy.run('apps/ingest', load('ingest', { ...slackOnly, ...env })).trim()).toBe(ingest);
      expect(copy.run('apps/worker', load('worker', { ...slackOnly, ...env })).trim()).toBe(worker);
    },
    60_000,
  );

  // What others are built on comes last: they would be compiled again after it.
  it.each([
    [
      'a job kind without a handler',
      'apps/worker',
      'src/handlers.ts',
      '    digest: createDigestHandler(deps),\n',
      '',
      /'digest' is missing/,
    ],
    ['a command without its run', 'apps/cli', 'src/commands/count.ts', 'export const run:', 'export const go:', /'run' is missing/],
    ['a platform without its variables', 'apps/ingest', 'src/platforms/matrix/intake.ts', '  env,\n', '', /'env' is missing/],
    ['a command without its file', 'apps/cli', 'src/commands.ts', ", load: () => import('./commands/count.ts')", '', /'load' is missing/],
    [
      'a command that does not say what it needs',
      'apps/cli',
      'src/commands.ts',
      "people', needs: 'gallery',",
      "people',",
      /'needs' is missing/,
    ],
    [
      'a detector without a description',
      'packages/rules',
      'src/notation/describe.ts',
      "  'mac-addresses': 'addresses of network cards',\n",
      '',
      /mac-addresses/,
    ],
    [
      'a detector that finds nothing',
      'packages/rules',
      'src/detectors/detectors.ts',
      "  'mac-addresses': macAddresses,\n",
      '',
      /mac-addresses/,
    ],
    [
      'a file format without a reader',
      'packages/extract',
      'src/read-bytes.ts',
      "  catalogue: async (...file) => (await import('./formats/catalogue.ts')).readCatalogue(...file),\n",
      '',
      /catalogue/,
    ],
    [
      'a destination that nobody implements',
      'packages/handoff',
      'src/create-destination.ts',
      "  if (settings.kind === 'webdav') return webdavDestination(settings);\n",
      '',
      /webdav/,
    ],
    ['a platform without a prefix', 'packages/matrix', 'src/matrix.ts', "  prefix: 'matrix',\n", '', /'prefix' is missing/],
    ['a job kind under another name', 'packages/shared', 'src/jobs/job-kinds.ts', '  digest: digestJobs,', '  daily: digestJobs,', /daily/],
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
