import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { z } from 'zod';

setFlagsFromString('--expose-gc');
const gc = z.function({ input: [], output: z.void() }).parse(runInNewContext('gc'));

/**
 * Decoded pictures lie outside the JavaScript heap, so the collector sees little reason to run while hundreds of megabytes wait for it.
 * Called after each picture this takes some milliseconds and keeps a thread's memory at one picture's.
 */
export function collectGarbage(): void {
  gc();
}
