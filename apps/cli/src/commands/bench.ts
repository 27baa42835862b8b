import { availableParallelism, cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { makeSampleFrame } from '@watchpost/see/throughput/sample-frame';
import { runThroughput } from '@watchpost/see/throughput/run-throughput';
import type { Command } from '../command.ts';

/** The frame that is measured: three faces of 40 pixels. */
const frame = { width: 1920, height: 1080 };
const forMs = 10_000;
/** A camera that sees motion posts at most one snapshot in so long. */
const cooldownSeconds = 30;
/** What is left for the bursts that many cameras make together, and for everything else that a worker does. */
const usable = 0.7;
/** More threads than this in one process share one event loop and one crash. */
const mostThreads = 8;

/** `bench [--json]`: how many pictures this machine looks at, and how many cameras that carries. Takes less than a minute. */
export const bench: Command = async (args, { env, signal, print, warn }) => {
  const { values } = parseArgs({ args, options: { json: { type: 'boolean', default: false } } });
  const cores = availableParallelism();
  const picture = await makeSampleFrame(frame);

  warn(`looking at 1080p frames for ${forMs / 1_000} s with one thread`);
  const one = await runThroughput(env, 1, [picture.file], forMs, signal);
  const threads = Math.min(cores, mostThreads);
  if (threads > 1) warn(`and with ${threads}`);
  const all = threads > 1 ? await runThroughput(env, threads, [picture.file], forMs, signal) : one;

  const workers = Math.max(1, Math.floor(cores / threads));
  const framesPerSecond = all.framesPerSecond * workers;
  const report = {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores,
    memoryMb: Math.round(totalmem() / 1e6),
    framesPerSecondOneThread: one.framesPerSecond,
    threads,
    workers,
    framesPerSecond: Number(framesPerSecond.toFixed(1)),
    memoryPerWorkerMb: all.rssMb,
    cooldownSeconds,
    cameras: Math.floor(framesPerSecond * usable * cooldownSeconds),
  };
  if (values.json) print(JSON.stringify(report));
  else for (const line of forPeople(report)) print(line);
  return 0;
};

function forPeople(report: {
  cpu: string;
  cores: number;
  memoryMb: number;
  framesPerSecondOneThread: number;
  threads: number;
  workers: number;
  framesPerSecond: number;
  memoryPerWorkerMb: number;
  cameras: number;
}): string[] {
  const { cpu, cores, memoryMb, framesPerSecondOneThread, threads, workers, framesPerSecond, memoryPerWorkerMb, cameras } = report;
  const short = memoryPerWorkerMb * workers > memoryMb * 0.8 ? '  (more than this machine has to spare: run fewer threads)' : '';
  return [
    `this machine      ${cores} cores, ${cpu}`,
    `run               ${workers} ${workers === 1 ? 'worker' : 'workers'} with INFERENCE_THREADS=${threads}`,
    `expect            ${framesPerSecond} frames a second of 1080p (${framesPerSecondOneThread} with one thread)`,
    `memory            ${memoryPerWorkerMb} MB a worker${short}`,
    `that carries      ${cameras} cameras that each post once in ${cooldownSeconds} s, with ${Math.round((1 - usable) * 100)} % to spare`,
  ];
}
