/**
 * Begins to measure; what it returns tells how long this process has worked since, milliseconds: time in which the machine did other things
 * does not count. Other threads of ours do, so that it is never more than what a clock on the wall shows.
 */
export function measureUse(): () => number {
  const beganAtMs = performance.now();
  const before = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(before);
    return Math.min(performance.now() - beganAtMs, (user + system) / 1_000);
  };
}
