import { describe, expect, it } from 'vitest';
import { launcher, nothing, npm, shell, stoppingRig } from '../support/stopping-rig.ts';
import { until } from '../support/until.ts';

/** The two ways that are told apart least are in test/e2e/stopping.test.ts. */
describe('npm start', async () => {
  const { started, find, left, isLive } = await stoppingRig();

  it.each([
    ['npm is terminated', npm, 'SIGTERM'],
    ['the terminal of npm is said to be closed', npm, 'SIGHUP'],
    ['the shell between npm and the launcher is terminated', shell, 'SIGTERM'],
    ['the shell between npm and the launcher is killed', shell, 'SIGKILL'],
    ['the launcher is terminated', launcher, 'SIGTERM'],
  ] as const)('stops everything when %s', async (_what, whom, signal) => {
    const { family } = await started(['npm', 'start']);
    process.kill(find(family, whom), signal);
    expect(await left(family)).toEqual(nothing);
  });

  it.each([
    ['npm was left behind by its shell', 'nohup npm start'],
    ['it was started without npm, and left behind', 'node scripts/start.mjs'],
  ])('goes on when %s', async (_what, command) => {
    const { child, family } = await started(['sh', '-c', `${command} & read -r line`]);
    child.stdin?.end();
    await until('the shell has ended', () => child.exitCode !== null);
    // Three times as long as it takes to notice that somebody is gone.
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(await isLive()).toBe(true);
    process.kill(find(family, launcher), 'SIGTERM');
    expect(await left(family)).toEqual(nothing);
  });
});
