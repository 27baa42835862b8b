import { once } from 'node:events';
import { createServer } from 'node:net';
import type { DoctorConfig } from '../config.ts';
import type { Check } from '../finding.ts';

/** Whether the ports of our processes are free, or have one of them behind it. */
export function portChecks({ machine }: DoctorConfig): Check[] {
  if (!machine) return [];
  const ports: [who: string, variable: string, port: number][] = [
    ['ingest', 'PORT', machine.PORT],
    ['the worker', 'WORKER_PORT', machine.WORKER_PORT],
    ['feed', 'FEED_PORT', machine.FEED_PORT],
    ['the console', 'CONSOLE_PORT', machine.CONSOLE_PORT],
  ];
  return ports
    .filter(([, , port]) => port !== 0)
    .map(([who, variable, port]) => {
      const id = 'ports';
      const repair = `stop the other program, or set ${variable} to another port; behind a proxy change it there too`;
      return {
        id,
        repair: `let HOST be an address of this machine`,
        examine: async (report, signal) => {
          const state = await stateOf(machine.HOST, port, signal);
          if (state === 'free') report.ok(id, `port ${String(port)} is free for ${who}`);
          else if (state === 'ours') report.ok(id, `port ${String(port)} is used by a process of watchpost`);
          else report.fault(id, `port ${String(port)}, for ${who}, is used by another program`, repair);
        },
      };
    });
}

async function stateOf(host: string, port: number, signal: AbortSignal): Promise<'free' | 'ours' | 'taken'> {
  const server = createServer();
  try {
    server.listen({ host, port, signal });
    await once(server, 'listening', { signal });
    server.close();
    await once(server, 'close', { signal });
    return 'free';
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'EADDRINUSE') throw error;
    return (await isOurs(host, port, signal)) ? 'ours' : 'taken';
  }
}

/** Every process of ours has `watchpost_` metrics. */
async function isOurs(host: string, port: number, signal: AbortSignal): Promise<boolean> {
  const at = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  try {
    const response = await fetch(`http://${at}:${String(port)}/metrics`, { signal });
    return response.ok && (await response.text()).includes('\nwatchpost_');
  } catch {
    return false;
  }
}
