import { percentile, rounded } from '../report/statistics.ts';

/** Something to time. */
export interface Timed {
  name: string;
  run: () => Promise<unknown>;
}

/** Runs each once to warm up, then all in turn, round by round, so that a busy moment of the machine affects all of them. Medians in milliseconds. */
export async function timeInTurn(subjects: Timed[], rounds: number): Promise<Record<string, number>> {
  const times = new Map<string, number[]>(subjects.map(({ name }) => [name, []]));
  for (let round = -1; round < rounds; round += 1) {
    for (const { name, run } of subjects) {
      const startedAtMs = performance.now();
      await run();
      if (round >= 0) times.get(name)?.push(performance.now() - startedAtMs);
    }
  }
  return Object.fromEntries([...times].map(([name, values]) => [name, rounded(percentile(values, 0.5))]));
}
