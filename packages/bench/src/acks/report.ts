import { percentile, rounded } from '../report/statistics.ts';
import { slackPatienceMs } from '../servers/post-to.ts';
import type { Load, Tally } from './deliver.ts';

/** One part of a run: the load with the worker as it is then. */
export interface Phase {
  name: string;
  tally: Tally;
  /** Snapshots that the worker recognised meanwhile. */
  recognised: number;
  /** The share of all cores that was used, 0..1. */
  busy: number;
}

export type Report = ReturnType<typeof summarise>;

/** What a run shows. `events` and `jobs`: of all phases. */
export function summarise(phases: Phase[], run: { events: number; jobs: number; queue: string } & Load) {
  const acked = phases.reduce((total, { tally }) => total + tally.ackMs.length, 0);
  return {
    command: 'acks',
    ...run,
    phases: phases.map(({ name, tally, recognised, busy }) => ({
      name,
      steady: spread(tally.steadyMs),
      all: spread(tally.ackMs),
      redeliveries: tally.redeliveries,
      framesPerSecond: rounded(recognised / run.seconds, 1),
      busyPercent: Math.round(busy * 100),
    })),
    lost: Math.max(0, acked - run.jobs),
    doubled: Math.max(0, run.jobs - run.events),
  };
}

interface Spread {
  acks: number;
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
}

function spread(times: number[]): Spread {
  const at = (rank: number): number => rounded(percentile(times, rank) || 0, 1);
  return { acks: times.length, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) };
}

/** The report as lines. */
export function toLines({ events, rate, seconds, kills, queue, phases, jobs, lost, doubled }: Report): string[] {
  const line = (name: string, { acks, p50Ms, p99Ms, maxMs }: Spread): string =>
    `  ${name.padEnd(24)} ${String(acks).padStart(6)} acks   p50 ${p50Ms} ms   p99 ${p99Ms} ms   max ${maxMs} ms`;
  return [
    `${events} events at ${rate} a second for ${seconds} s each, queue on ${queue}, ingest killed (-9) ${kills} times`,
    ...phases.flatMap(({ name, steady, all, redeliveries, framesPerSecond, busyPercent }) => [
      `${name}: ${framesPerSecond} frames a second, cores ${busyPercent} % busy`,
      line('up and warm', steady),
      line('with starts and kills', all),
      `  ${redeliveries} deliveries were not acked within Slack's ${slackPatienceMs} ms and made again`,
    ]),
    `${jobs} jobs in the queue   lost ${lost}   doubled ${doubled}`,
  ];
}
