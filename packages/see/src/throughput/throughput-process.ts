import { readFile } from 'node:fs/promises';
import { parseEnv } from '@watchpost/shared/config/parse-env';
import { z } from 'zod';
import { seeEnv } from '../config.ts';
import { measureThroughput } from './measure-throughput.ts';

// A process of its own for each measurement, so that its memory is that of a worker with so many threads. Started by run-throughput.ts.
const orderSchema = z.object({ threads: z.int(), files: z.array(z.string()), forMs: z.number(), env: z.record(z.string(), z.string()) });
const { threads, files, forMs, env } = orderSchema.parse(JSON.parse(process.argv[2] ?? ''));
const pictures = await Promise.all(files.map((file) => readFile(file)));
const measured = await measureThroughput(parseEnv(env, seeEnv), threads, pictures, forMs, new AbortController().signal);
process.stdout.write(JSON.stringify(measured));
