import { describe, expect, it } from 'vitest';
import { nothing, npm, stoppingRig } from '../support/stopping-rig.ts';

/** Runs a command in a terminal of its own; closes the terminal, as a window does, when standard input ends. */
const terminal = `
import os, pty, select, sys
pid, fd = pty.fork()
if pid == 0: os.execvp(sys.argv[1], sys.argv[1:])
while True:
    ready, _, _ = select.select([0, fd], [], [])
    if 0 in ready and not os.read(0, 100): break
    if fd in ready:
        try: os.write(1, os.read(fd, 10000))
        except OSError: break
os.close(fd)
os.waitpid(pid, 0)
`;

/** test/prove/stopping-otherwise.test.ts has the other ways. */
describe('npm start', async () => {
  const { started, find, left } = await stoppingRig();

  it('stops everything when npm is killed', async () => {
    const { family } = await started(['npm', 'start']);
    process.kill(find(family, npm), 'SIGKILL');
    expect(await left(family)).toEqual(nothing);
  });

  it('stops everything when its terminal closes', async () => {
    const { child, family } = await started(['python3', '-c', terminal, 'npm', 'start']);
    child.stdin?.end();
    expect(await left(family)).toEqual(nothing);
  });
});
