/** What `npm start` runs, and test/e2e/npm-start.test.ts with it. */
export const startScript = 'scripts/start.mjs';
