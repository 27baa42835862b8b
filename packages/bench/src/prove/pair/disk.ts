import { once } from 'node:events';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { spawnGuarded } from '@watchpost/standalone/processes/guarded';
import { endProcess, makeFolder } from '../../servers/server.ts';

/** A small disk that can be filled to the last byte. */
export interface Disk {
  folder: string;
  fill(): Promise<void>;
  free(): Promise<void>;
  stop(): Promise<void>;
}

/** Mounts a file system in memory, and takes it away again, also when this process is gone. */
const script = `
mount -t tmpfs -o "size=$2" watchpost-proof "$1" 2>/dev/null || exit 1
trap 'umount -l "$1"; rmdir "$1"; exit 0' INT TERM
echo mounted
while :; do sleep 1 & wait $!; done`;

/** Null where this process may mount nothing. */
export async function mountDisk(megabytes: number): Promise<Disk | null> {
  const folder = await makeFolder();
  const child = spawnGuarded(['/bin/sh', '-c', script, 'disk', folder, `${String(megabytes)}m`], { signalWhenOrphaned: 'INT' });
  const isMounted = await Promise.race([
    new Promise<boolean>((resolve) => child.stdout?.once('data', () => resolve(true))),
    once(child, 'exit').then(() => false),
  ]);
  if (!isMounted) {
    await rm(folder, { recursive: true, force: true });
    return null;
  }
  const ballast = join(folder, 'ballast');
  return {
    folder,
    fill: async () => {
      const file = await open(ballast, 'a');
      try {
        for (const size of [1_048_576, 4_096, 1]) {
          const block = Buffer.alloc(size);
          for (;;) {
            // A part may have been written before there was no room for the rest.
            const { bytesWritten } = await file.write(block).catch(() => ({ bytesWritten: 0 }));
            if (bytesWritten < size) break;
          }
        }
      } finally {
        await file.close();
      }
    },
    free: async () => rm(ballast, { force: true }),
    stop: async () => void (await endProcess(child, 'SIGTERM')),
  };
}
