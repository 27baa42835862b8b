import { fstatSync, writeSync } from 'node:fs';
import { isatty } from 'node:tty';

/**
 * Writes to descriptor 1 or 2 where that is a file: what finds no room on a full disk is lost, and nothing else; Node's own stream would
 * write nothing any more when there is room again, and pino's would end the process. Undefined for a terminal, a pipe or a socket.
 */
export function fileOutput(descriptor: 1 | 2): ((text: string) => void) | undefined {
  // As big integers: Node 20 keeps the numbers of its last `stat`, and after that of a pipe `import` resolves no symbolic links
  // (isFileType(statValues, S_IFIFO) in its realpathSync), so that it finds no dependency of a linked package.
  const stats = fstatSync(descriptor, { bigint: true });
  if (isatty(descriptor) || stats.isFIFO() || stats.isSocket()) return undefined;
  return (text) => {
    try {
      writeSync(descriptor, text);
    } catch {
      // There is nowhere to say so.
    }
  };
}
