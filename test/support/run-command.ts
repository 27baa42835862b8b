import { toAppError } from '@watchpost/shared/errors';
import type { Command } from '@watchpost/cli/command';

export interface CommandRun {
  code: number;
  out: string[];
  err: string[];
}

/** Runs a command of the command line as its main does, in this process. */
export async function runCommand(command: Command, args: string[], env: Record<string, string | undefined>): Promise<CommandRun> {
  const out: string[] = [];
  const err: string[] = [];
  const context = {
    env,
    signal: new AbortController().signal,
    print: (line: string) => void out.push(line),
    warn: (line: string) => void err.push(line),
  };
  try {
    return { code: await command(args, context), out, err };
  } catch (thrown) {
    const { code, message } = toAppError(thrown);
    return { code: 1, out, err: [...err, `${code}: ${message}`] };
  }
}
