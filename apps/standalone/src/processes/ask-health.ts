import { get } from 'node:http';
import { text } from 'node:stream/consumers';
import { z } from 'zod';

/** Where a process listens. */
export interface Target {
  host: string;
  port: number;
}

export interface Answer {
  status: number;
  body: string;
}

/** The address to ask of a process that listens on `host`: of one that listens on every address, the loopback interface's. */
export function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  return host === '::' ? '::1' : host;
}

/** `http://` with the address to ask. */
export function originOf({ host, port }: Target): string {
  const name = reachable(host);
  return `http://${name.includes(':') ? `[${name}]` : name}:${String(port)}`;
}

/** The answer to GET; undefined when there is none in time. On a connection of its own: a kept-alive one would delay the process when it stops. */
export async function askHealth({ host, port }: Target, path: string, timeoutMs: number): Promise<Answer | undefined> {
  return new Promise((resolve) => {
    const request = get({ host: reachable(host), port, path, agent: false, signal: AbortSignal.timeout(timeoutMs) }, (response) => {
      text(response).then(
        (body) => resolve({ status: response.statusCode ?? 0, body }),
        () => resolve(undefined),
      );
    });
    request.once('error', () => resolve(undefined));
  });
}

const notReady = z.object({ waitingFor: z.array(z.string()), reasons: z.record(z.string(), z.string()).default({}) });

/** What a process that is not ready waits for, from its answer: sentences where it gives some, else the names of its checks. */
export function waitsFor(answer: Answer | undefined): string {
  if (!answer) return 'it does not answer yet';
  const parsed = parse(answer.body);
  if (!parsed || parsed.waitingFor.length === 0) return `it answers with HTTP ${String(answer.status)}`;
  const { waitingFor, reasons } = parsed;
  const names = waitingFor.filter((name) => reasons[name] === undefined);
  return [...waitingFor.flatMap((name) => reasons[name] ?? []), ...(names.length > 0 ? [`it waits for ${names.join(', ')}`] : [])].join(
    '; ',
  );
}

/** Whether an answer about readiness comes from a process of ours that is stopping. */
export const saysItIsStopping = (answer: Answer | undefined): boolean =>
  answer !== undefined && parse(answer.body)?.waitingFor.includes('not-stopping') === true;

function parse(body: string): z.output<typeof notReady> | undefined {
  try {
    return notReady.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
}
