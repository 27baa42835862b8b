import { spawn, type ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';

export interface GuardedOptions {
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  uid?: number;
  gid?: number;
  /** What the program is sent when this process is gone; SIGKILL follows after 30 s. Default SIGKILL. */
  signalWhenOrphaned?: 'INT' | 'KILL';
  /** A folder that is removed when this process is gone and the program has ended. */
  removeWhenOrphaned?: string;
  /** A file whose time is changed each second while this process is gone and the program has not ended yet. */
  touchWhenOrphaned?: string;
}

/**
 * The shell leaves a guardian behind, then becomes the program (`exec` keeps the process id, `$$`). The guardian waits for a line from
 * us on descriptor 3. If descriptor 3 closes without a line, this process is gone. Where the system lists a process's children (Linux),
 * those that outlive the program, because they hang, are killed.
 */
const script = `
signal=$1 folder=$2 file=$3
shift 3
( (
  read -r _ <&3 && exit
  program=$(readlink /proc/$$/exe)
  note() { now=$(cat /proc/$$/task/$$/children); [ -z "$now" ] || children=$now; }
  note
  kill -s "$signal" $$
  seconds=0
  while sleep 1; kill -0 $$; do
    note
    [ -z "$file" ] || touch -c -- "$file"
    seconds=$((seconds + 1))
    [ $seconds -lt 30 ] || kill -s KILL $$
  done
  for child in $children; do [ "/proc/$child/exe" -ef "$program" ] && kill -s KILL "$child"; done
  [ -z "$folder" ] || rm -rf -- "$folder"
) >/dev/null 2>&1 & )
exec 3<&-
exec "$@"`;

/**
 * Spawns a program that ends when this process does, even by SIGKILL. It has a session of its own, so Ctrl-C reaches it only through us.
 */
export function spawnGuarded(command: readonly string[], options: GuardedOptions = {}): ChildProcess {
  const { signalWhenOrphaned = 'KILL', removeWhenOrphaned = '', touchWhenOrphaned = '', ...rest } = options;
  const args = ['-c', script, 'guardian', signalWhenOrphaned, removeWhenOrphaned, touchWhenOrphaned, ...command];
  const child = spawn('/bin/sh', args, { ...rest, stdio: ['pipe', 'pipe', 'pipe', 'pipe'], detached: true });
  const guardian = child.stdio[3];
  if (guardian instanceof Socket) {
    guardian.unref();
    guardian.on('error', () => undefined);
    child.once('exit', () => guardian.end('\n', () => guardian.destroy()));
  }
  return child;
}
