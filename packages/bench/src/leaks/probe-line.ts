import { z } from 'zod';

/** What probe.ts and who asks it agree upon. */
export const probeSignal = 'SIGUSR2';
export const probeMark = 'probe ';

const schema = z.object({ heapUsed: z.number(), external: z.number() });
/** What a process holds after a garbage collection, bytes. */
export type Held = z.output<typeof schema>;

/** The answers in what a process has printed, the oldest first. Pure. */
export function probeAnswers(output: string): Held[] {
  const lines = output.split('\n').slice(0, -1);
  return lines.flatMap((line) => (line.startsWith(probeMark) ? [schema.parse(JSON.parse(line.slice(probeMark.length)))] : []));
}
