import { fstatSync, writeSync } from 'node:fs';
import { isatty } from 'node:tty';

/**
 * Writes to descriptor 1 or 2 where that is a file: what finds no room on a full disk is lost, and nothing else; Node's own stream would
 * write nothing any more when there is room again, and pino's would end the process. Undefined for a terminal, a pipe or a socket.
 */
export function fileOutput(descriptor: 1 | 2): ((text: string) => void) | undefined {
  const stats = fstatSync(descriptor);
  if (isatty(descriptor) || stats.isFIFO() || stats.isSocket()) return undefined;
  return (text) => {
    try {
      writeSync(descriptor, text);
    } catch {
      // There is nowhere to say so.
    }
  };
}
