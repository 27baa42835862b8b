import { defineConfig } from 'vitest/config';

// Tests import the built packages (`tsc -b` runs first), so worker threads and child processes run exactly what ships.
// Only tests may pass a package's doors: the condition opens what `exports` keeps closed.
const conditions = ['internals', 'node'];

const project = (name: string, testTimeout: number, fileParallelism = true) => ({
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: { name, include: [`test/${name}/**/*.test.ts`], testTimeout, hookTimeout: Math.max(testTimeout, 60_000), fileParallelism },
});

export default defineConfig({
  test: {
    // By default one core stays free; most tests wait for a database half of their time.
    maxWorkers: '100%',
    projects: [
      project('unit', 5_000),
      project('architecture', 10_000),
      project('contract', 60_000),
      project('integration', 60_000),
      project('e2e', 180_000, false),
    ],
  },
});
