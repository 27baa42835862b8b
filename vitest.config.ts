import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

// Tests import the built packages (`tsc -b` runs first), so worker threads and child processes run exactly what ships.
// Only tests may pass a package's doors: the condition opens what `exports` keeps closed.
const conditions = ['internals', 'node'];

const project = (name: string, testTimeout: number) => ({
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout,
    hookTimeout: Math.max(testTimeout, 60_000),
    // Loading the packages anew for each file took most of the time of the small ones: files leave nothing behind in their process.
    isolate: false,
    // Node loads the built packages itself, as it does for whoever runs them; vitest would transform each file for each project.
    server: { deps: { external: [/\/(?:apps|packages)\/[^/]+\/dist\//] } },
  },
});

/** Those with the longest files first, so that none of these is left at the end, alone. */
const projects = [
  project('e2e', 180_000),
  project('integration', 60_000),
  project('contract', 60_000),
  project('architecture', 30_000),
  project('unit', 20_000),
  // What takes minutes: `npm run prove -- tests` runs it, `npm test` does not.
  project('prove', 120_000),
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ project: { name } }: TestSpecification): number => projects.findIndex(({ test }) => test.name === name);
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  test: {
    // Most files wait for servers and processes half of their time; few cores feel that most.
    maxWorkers: availableParallelism() + 2,
    sequence: { sequencer: LongestFirst },
    projects,
  },
});
