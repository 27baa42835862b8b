import { fileURLToPath } from 'node:url';
import type { ExtractLimits } from '../extract.ts';

/** Where the packages of this installation lie: all of them are below one folder. */
function packagesFolder(): string {
  const library = fileURLToPath(import.meta.resolve('yauzl'));
  const marker = '/node_modules/';
  return library.slice(0, library.indexOf(marker) + marker.length);
}

/**
 * Under Node's permission model the child reads nothing but its code: no other file, no writing, no process of its own. Threads are for
 * OCR, which has its own.
 */
function permissions(script: string, ocr: boolean): string[] {
  const readable = [fileURLToPath(new URL('../../', import.meta.url)), packagesFolder(), script];
  return [
    process.allowedNodeEnvironmentFlags.has('--permission') ? '--permission' : '--experimental-permission',
    ...readable.map((file) => `--allow-fs-read=${file}`),
    ...(ocr ? ['--allow-worker'] : []),
  ];
}

/**
 * The shell limits the process before it becomes Node: no core dump and no file (they would hold what is in the file), and so much time of
 * the processor that a child that loops for ever ends even if the worker was killed.
 */
const limited = 'ulimit -c 0; ulimit -f 0; ulimit -t "$0"; exec "$@"';

/** The command that starts a child: program and arguments. `size`: of the file that it gets on its standard input, bytes. */
export function childCommand(script: URL, size: number, limits: ExtractLimits, ocr: boolean): [string, string[]] {
  const file = fileURLToPath(script);
  const processorSeconds = Math.ceil(limits.timeoutMs / 1_000) * 2 + 1;
  const heapMegabytes = Math.max(32, Math.floor((limits.memoryBytes * 0.6) / 1_048_576));
  const { characters, depth, entries, unpackedBytes, ratio } = limits;
  return [
    '/bin/sh',
    [
      '-c',
      limited,
      String(processorSeconds),
      process.execPath,
      '--no-warnings',
      '--disallow-code-generation-from-strings',
      `--max-old-space-size=${heapMegabytes}`,
      ...permissions(file, ocr),
      file,
      ...[size, ocr ? 1 : 0, characters, depth, entries, unpackedBytes, ratio].map(String),
    ],
  ];
}
