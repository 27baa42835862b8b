import { sizeTable } from '@watchpost/see/throughput/measure-sizes';
import type { MatchTimes } from '../gallery/measure-match.ts';
import type { QueueFigures } from './measure-queue.ts';
import { usualSize, type Seeing } from './measure-seeing.ts';

/** What was measured, where and when. */
export interface Capacity {
  /** YYYY-MM-DD. */
  date: string;
  machine: { cpu: string; cores: number; memoryGb: number; system: string; node: string };
  /** What else there is to know about the measurement; empty: nothing. */
  note: string;
  seeing: Seeing;
  queues: QueueFigures[];
  match: MatchTimes[];
}

/** The share of the measured rate to plan with, as in `watchpost bench`. */
const usable = 0.7;
/** Between two snapshots of a camera, seconds. */
const everyS = [1, 5, 30, 60];
const cameraCounts = [10, 50, 200];

/** The tables as Markdown. Pure. */
export function toMarkdown({ date, machine, note, seeing, queues, match }: Capacity): string[] {
  const { cpu, cores, memoryGb, system, node } = machine;
  return [
    `Measured on ${date}: ${cpu}, ${String(cores)} cores, ${String(memoryGb)} GB, ${system}, Node ${node}.${note === '' ? '' : ` ${note}`}`,
    '',
    '### Snapshots',
    '',
    `A second, with one inference thread (one core). Each is decoded and looked at in full; its faces have 40 pixels.`,
    '',
    ...markdownTable(sizeTable(seeing.sizes)),
    '',
    `A worker with one thread takes ${String(usualSize(seeing)?.rssMb ?? 0)} MB, one with ${String(seeing.threads)} takes ${String(seeing.allThreadsMb)} MB and sees ${shown(seeing.allThreads)} snapshots of 1080p with three faces a second: ${shown(seeing.allThreads / (usualSize(seeing)?.framesPerSecond ?? 1))} times as many as with one.`,
    '',
    '### Cameras',
    '',
    `Of 1080p with three faces in each snapshot, with ${String(Math.round(100 * (1 - usable)))} % to spare for bursts and a worker’s other work:`,
    '',
    ...camerasTable(seeing),
    '',
    '### Events and the queue',
    '',
    'One ingest, 32 deliveries open at a time, each with one picture; then one worker that has nothing to do in its jobs. Load generator and server share the cores.',
    '',
    ...markdownTable([
      ['queue', 'events a second', 'acknowledged, median', '99 of 100 within', 'jobs a second'],
      ...queues.map(({ queue, eventsPerSecond, ackP50Ms, ackP99Ms, jobsPerSecond }) => [
        queue,
        eventsPerSecond,
        `${String(ackP50Ms)} ms`,
        `${String(ackP99Ms)} ms`,
        jobsPerSecond,
      ]),
    ]),
    '',
    '### Galleries',
    '',
    'One face compared with all references, one thread; memory of the index in each worker.',
    '',
    ...markdownTable([
      ['references', 'median', '99 of 100 within', 'memory', 'nearest face found'],
      ...match.map(({ faces, p50Ms, p99Ms, indexBytes, recallAt1 }) => [
        faces.toLocaleString('en'),
        `${shown(p50Ms)} ms`,
        `${shown(p99Ms)} ms`,
        `${String(Math.round(indexBytes / 1e6))} MB`,
        `${shown(100 * recallAt1)} %`,
      ]),
    ]),
  ];
}

/** What a core sees where all cores are at work, and how many it takes. */
function camerasTable({ allThreads, threads }: Seeing): string[] {
  const perCore = (allThreads / threads) * usable;
  return markdownTable([
    ['a snapshot every', 'cameras for one core', ...cameraCounts.map((count) => `cores for ${String(count)} cameras`)],
    ...everyS.map((seconds) => [
      `${String(seconds)} s`,
      shown(perCore * seconds),
      ...cameraCounts.map((count) => Math.max(1, Math.ceil(count / (perCore * seconds)))),
    ]),
  ]);
}

const shown = (value: number): string => (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2));

function markdownTable([header = [], ...rows]: readonly (readonly (string | number)[])[]): string[] {
  const line = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map((_, column) => (column === 0 ? '---' : '---:'))), ...rows.map(line)];
}

const [begin, end] = ['<!-- capacity: begin -->', '<!-- capacity: end -->'];

/** A document with these lines between its marks; null: it has no marks. Pure. */
export function between(document: string, lines: readonly string[]): string | null {
  const [from, to] = [document.indexOf(begin), document.indexOf(end)];
  if (from < 0 || to < from) return null;
  return `${document.slice(0, from)}${begin}\n\n${lines.join('\n')}\n\n${document.slice(to)}`;
}
