import { availableParallelism, cpus, totalmem } from 'node:os';
import { measureSizes, sizeTable } from '@watchpost/see/throughput/measure-sizes';
import { makeSampleFrame } from '@watchpost/see/throughput/sample-frame';
import { runThroughput } from '@watchpost/see/throughput/run-throughput';
import type { Command } from '../command.ts';
import { readArgs } from '../support/read-args.ts';
import { toTable } from '../support/table.ts';

/** Size of the measured frame, in pixels; it shows three faces of 40 pixels. */
const frame = { width: 1920, height: 1080 };
const forMs = 10_000;
/** A camera that sees motion posts at most one snapshot in this time. */
const cooldownSeconds = 30;
/** The share of the measured rate to plan with; the rest is for bursts of many cameras, and for a worker's other work. */
const usable = 0.7;
/** Threads in one process share its event loop and its crashes: beyond this, run more workers. */
const maxThreads = 8;

/** For each size and number of faces of `--table`. */
const eachMs = 4_000;

/**
 * `bench [--table] [--json]`: measures how many snapshots this machine analyses, and how many cameras that serves. Takes less than a minute.
 * `--table`: also by size and number of faces, which takes about two more.
 */
export const run: Command = async (args, { env, signal, print, warn }) => {
  const { values } = readArgs(args, { json: { type: 'boolean' }, table: { type: 'boolean' } });
  const cores = availableParallelism();
  const picture = await makeSampleFrame(frame);

  warn(`analysing 1080p frames for ${forMs / 1_000} s with one thread`);
  const one = await runThroughput(env, 1, [picture.file], forMs, signal);
  const threads = Math.min(cores, maxThreads);
  if (threads > 1) warn(`and with ${threads} threads`);
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
  const sizes = values.table === true ? await measureSizes(env, eachMs, warn, signal) : null;
  if (values.json) print(JSON.stringify({ ...report, ...(sizes && { sizes }) }));
  else for (const line of [...toLines(report), ...(sizes ? ['', ...tableLines(sizes)] : [])]) print(line);
  return 0;
};

function tableLines(sizes: Awaited<ReturnType<typeof measureSizes>>): string[] {
  const [header = [], ...rows] = sizeTable(sizes);
  return ['frames per second with one thread', ...toTable(header, rows)];
}

function toLines(report: {
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
  const short = memoryPerWorkerMb * workers > memoryMb * 0.8 ? '  (more than this machine can spare: run fewer threads)' : '';
  return [
    `this machine      ${cores} cores, ${cpu}`,
    `run               ${workers} ${workers === 1 ? 'worker' : 'workers'} with INFERENCE_THREADS=${threads}`,
    `expect            ${framesPerSecond} frames of 1080p per second (${framesPerSecondOneThread} with one thread)`,
    `memory            ${memoryPerWorkerMb} MB per worker${short}`,
    `enough for        ${cameras} cameras that each post every ${cooldownSeconds} s, with ${Math.round((1 - usable) * 100)} % to spare`,
  ];
}
