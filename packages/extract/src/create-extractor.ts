import { AppError } from '@watchpost/shared/errors';
import type { Logger } from '@watchpost/shared/observability/logger';
import { defaultLimits, type ExtractLimits, type Extractor } from './extract.ts';
import { createPlaces } from './process/places.ts';
import { runChild } from './process/run-child.ts';

export interface ExtractorOptions {
  /** Where they differ from the defaults. */
  limits?: Partial<ExtractLimits>;
  /** Whether text in pictures is read. */
  ocr: boolean;
  /** Files that are read at a time, each by a process of its own. Default: 2. */
  most?: number;
  log: Logger;
}

const childScript = new URL('child/main.js', import.meta.url);

/** An extractor that reads each file in a child process of its own. `script`: the child's program, another one in tests only. */
export function createExtractor({ limits: changed, ocr, most = 2, log }: ExtractorOptions, script = childScript): Extractor {
  const limits = { ...defaultLimits, ...changed };
  const places = createPlaces(most);
  const closing = new AbortController();
  const running = new Set<Promise<unknown>>();

  const read = async (bytes: Uint8Array, signal: AbortSignal) => {
    const leave = await places.enter(signal);
    try {
      const startedAtMs = performance.now();
      const extracted = await runChild({ script, bytes, limits, ocr }, signal);
      const { format, texts, unread } = extracted;
      const reasons = [...new Set(unread.map(({ reason }) => reason))];
      log.debug({ format, bytes: bytes.byteLength, texts: texts.length, reasons, ms: performance.now() - startedAtMs }, 'file read');
      return extracted;
    } finally {
      leave();
    }
  };

  return {
    extract: async (bytes, _hint, signal) => {
      if (closing.signal.aborted) throw new AppError('aborted', 'no more files are read');
      const reading = read(bytes, AbortSignal.any([signal, closing.signal]));
      const settled = reading.catch(() => undefined).finally(() => running.delete(settled));
      running.add(settled);
      return reading;
    },
    close: async () => {
      closing.abort();
      await Promise.all(running);
    },
  };
}
