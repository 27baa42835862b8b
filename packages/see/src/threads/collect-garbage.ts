import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { z } from 'zod';

setFlagsFromString('--expose-gc');
const gc = z.function({ input: [], output: z.void() }).parse(runInNewContext('gc'));

/**
 * A decoded picture lies outside of the JavaScript heap, so the collector sees little reason to run while hundreds of megabytes wait for it.
 * Called after each large picture it costs some milliseconds and keeps a thread's memory at one picture's.
 */
export function collectGarbage(): void {
  gc();
}
