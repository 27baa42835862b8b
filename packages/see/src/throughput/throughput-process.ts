import { readFile } from 'node:fs/promises';
import { parseEnv } from '@watchpost/shared/config/parse-env';
import { seeEnv } from '../config.ts';
import { measureThroughput } from './measure-throughput.ts';
import { throughputOrderSchema } from './messages.ts';

/** A process per measurement, so that its memory is that of a worker with this number of threads. Started by run-throughput.ts. */
const { threads, files, forMs, env } = throughputOrderSchema.parse(JSON.parse(process.argv[2] ?? ''));
const pictures = await Promise.all(files.map((file) => readFile(file)));
const config = { ...parseEnv(env, seeEnv), INFERENCE_THREADS: threads };
const measured = await measureThroughput(config, pictures, forMs, new AbortController().signal);
process.stdout.write(JSON.stringify(measured));
