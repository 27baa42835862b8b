import { setImmediate as breathe } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { isMainThread } from 'node:worker_threads';
import { z } from 'zod';
import { probeMark, probeSignal } from './probe-line.ts';

/** Loaded into a process that is measured, before its main file: at a signal it collects garbage and prints what is left. */
if (isMainThread) {
  setFlagsFromString('--expose-gc');
  const gc = z.function({ input: [], output: z.void() }).parse(runInNewContext('gc'));
  const answer = async (): Promise<void> => {
    // What the first collection finalises is only free after the second.
    gc();
    await breathe();
    gc();
    process.stdout.write(`${probeMark}${JSON.stringify(process.memoryUsage())}\n`);
  };
  process.on(probeSignal, () => void answer());
}
