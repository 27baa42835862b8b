import { runCommand as run } from '@watchpost/cli/run-command';

export interface CommandRun {
  code: number;
  out: string[];
  err: string[];
}

/** Runs a command of the command line in this process and collects what it prints. */
export async function runCommand(name: string, args: string[], env: Record<string, string | undefined>): Promise<CommandRun> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await run([name, ...args], { env, print: (line) => void out.push(line), warn: (line) => void err.push(line) });
  return { code, out, err };
}
