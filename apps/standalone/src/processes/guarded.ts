import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { Socket } from 'node:net';

export interface GuardedOptions {
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  uid?: number;
  gid?: number;
  /** Connects a Node program by IPC, without standard input. That tells it when this process is gone, so by default it is sent no signal then. */
  ipc?: boolean;
  /** What the program is sent when this process is gone. Default SIGKILL. */
  signalWhenOrphaned?: 'INT' | 'KILL';
  /** From then on to SIGKILL, for a program that does not end. Milliseconds, in whole seconds; default 30 s. */
  killAfterMs?: number;
  /** A folder that is removed when this process is gone and the program has ended. */
  removeWhenOrphaned?: string;
  /** A file whose time is changed each second while this process is gone and the program has not ended yet. */
  touchWhenOrphaned?: string;
}

/**
 * The shell leaves a guardian behind, then becomes the program (`exec` keeps the process id, `$$`). The guardian waits for a line from
 * us on descriptor 3. If descriptor 3 closes without a line, this process is gone. Descriptor 4 is the program's IPC channel, if it has one. Where the system lists a process's children (Linux),
 * those that outlive the program, because they hang, are killed.
 */
const script = `
signal=$1 limit=$2 folder=$3 file=$4
shift 4
( (
  read -r _ <&3 && exit
  program=$(readlink /proc/$$/exe)
  note() { now=$(cat /proc/$$/task/$$/children); [ -z "$now" ] || children=$now; }
  note
  [ -z "$signal" ] || kill -s "$signal" $$
  seconds=0
  while sleep 1; kill -0 $$; do
    note
    [ -z "$file" ] || touch -c -- "$file"
    seconds=$((seconds + 1))
    [ $seconds -lt $limit ] || kill -s KILL $$
  done
  for child in $children; do [ "/proc/$child/exe" -ef "$program" ] && kill -s KILL "$child"; done
  [ -z "$folder" ] || rm -rf -- "$folder"
) >/dev/null 2>&1 4>&- & )
exec 3<&-
exec "$@"`;

/**
 * Spawns a program that ends when this process does, even by SIGKILL. It has a session of its own, so Ctrl-C reaches it only through us.
 */
export function spawnGuarded(command: readonly string[], options: GuardedOptions = {}): ChildProcess {
  const { ipc = false, killAfterMs = 30_000, removeWhenOrphaned = '', touchWhenOrphaned = '', ...others } = options;
  const { signalWhenOrphaned = ipc ? '' : 'KILL', ...rest } = others;
  const limit = String(Math.max(1, Math.ceil(killAfterMs / 1_000)));
  const args = ['-c', script, 'guardian', signalWhenOrphaned, limit, removeWhenOrphaned, touchWhenOrphaned, ...command];
  const stdio: StdioOptions = [ipc ? 'ignore' : 'pipe', 'pipe', 'pipe', 'pipe', ...(ipc ? (['ipc'] as const) : [])];
  const child = spawn('/bin/sh', args, { ...rest, stdio, detached: true });
  const guardian = child.stdio[3];
  if (guardian instanceof Socket) {
    guardian.unref();
    guardian.on('error', () => undefined);
    child.once('exit', () => guardian.end('\n', () => guardian.destroy()));
  }
  return child;
}
