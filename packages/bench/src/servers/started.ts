/** Something that must be stopped at the end. */
export interface Started {
  stop(): Promise<unknown>;
}

/** Waits until something has started, and notes that it is to be stopped. */
export async function keep<T extends Started>(started: Started[], starting: Promise<T>): Promise<T> {
  const one = await starting;
  started.push(one);
  return one;
}

/** Stops everything, what was started last first. */
export async function stopAll(started: Started[]): Promise<void> {
  for (let next = started.pop(); next; next = started.pop()) await next.stop();
}
