import type { Capacity } from './report.ts';
import { usualSize, type Seeing } from './measure-seeing.ts';

/** Figures of a quiet machine differ by less than this from one run to the next: a factor. */
const noise = 1.2;

/** Why figures that are measured now would be too low; null: nothing speaks against it. `load`: of the last minute, as `uptime` says it. Pure. */
export function tooBusy(load: number, cores: number): string | null {
  if (load <= cores / 2) return null;
  return `the machine has a load of ${load.toFixed(1)} on ${String(cores)} cores: end what else runs, and wait a minute`;
}

/** What in the figures cannot be so, each in a sentence; empty: they go together. Pure. */
export function contradictions({ seeing, queues }: Pick<Capacity, 'seeing' | 'queues'>): string[] {
  return [...ofSizes(seeing), ...ofThreads(seeing), ...queues.flatMap(ofQueue)];
}

function ofSizes({ sizes }: Seeing): string[] {
  return sizes.flatMap((one) =>
    sizes
      .filter((other) => other !== one && other.width >= one.width && other.faces >= one.faces)
      .filter((other) => other.framesPerSecond > one.framesPerSecond * noise)
      .map(
        (other) =>
          `frames of ${String(other.width)} pixels with ${String(other.faces)} faces are faster than of ${String(one.width)} with ${String(one.faces)}`,
      ),
  );
}

function ofThreads(seeing: Seeing): string[] {
  const one = usualSize(seeing)?.framesPerSecond ?? 0;
  const times = seeing.allThreads / one;
  if (times <= seeing.threads * noise && times * noise >= 1) return [];
  return [`${String(seeing.threads)} threads see ${times.toFixed(2)} times as much as one`];
}

const ofQueue = ({ queue, ackP50Ms, ackP99Ms }: Capacity['queues'][number]): string[] =>
  ackP99Ms >= ackP50Ms ? [] : [`on ${queue} 99 of 100 are acknowledged sooner than half of them`];
