import { percentile, rounded } from '../gallery/bench-io.ts';

/** Something to time; what it is compared with is timed in the same rounds. */
export interface Timed {
  name: string;
  run: () => Promise<unknown>;
}

/** Each once to warm up, then all of them in turn, so that a busy moment of the machine meets all alike. Medians in milliseconds. */
export async function timeInTurn(subjects: Timed[], rounds: number): Promise<Record<string, number>> {
  const times = new Map<string, number[]>(subjects.map(({ name }) => [name, []]));
  for (let round = -1; round < rounds; round += 1) {
    for (const { name, run } of subjects) {
      const startedAt = performance.now();
      await run();
      if (round >= 0) times.get(name)?.push(performance.now() - startedAt);
    }
  }
  return Object.fromEntries([...times].map(([name, values]) => [name, rounded(percentile(values, 0.5))]));
}
