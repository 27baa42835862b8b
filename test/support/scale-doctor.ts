import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Finding, Severity } from '@watchpost/doctor/finding';
import { runDoctor } from '@watchpost/doctor/run-doctor';

const never = new AbortController().signal;

/** What the doctor finds with these variables, under these ids, as `severity: says → repair`. */
export async function examined(
  env: Record<string, string>,
  ids: RegExp,
  more: { now?: () => number; limitMs?: number } = {},
): Promise<string[]> {
  const findings = await runDoctor({ env: { PORT: '0', WORKER_PORT: '0', FEED_PORT: '0', CONSOLE_PORT: '0', ...env }, ...more }, never);
  return findings.filter(({ id }) => ids.test(id)).map(shown);
}

export const shown = ({ id, severity, says, repair }: Finding): string =>
  `${severity} ${id}: ${says}${repair === null ? '' : ` → ${repair}`}`;

export const bad = (lines: readonly string[]): string[] => lines.filter((line) => !/^(ok|note) /.test(line));

/** Collects what a judgement reports. */
export function collect(judge: (report: Record<Severity, (id: string, says: string, repair?: string) => void>) => void): string[] {
  const lines: string[] = [];
  const add =
    (severity: Severity) =>
    (id: string, says: string, repair?: string): void =>
      void lines.push(shown({ id, severity, says, repair: repair ?? null }));
  judge({ ok: add('ok'), note: add('note'), warning: add('warning'), fault: add('fault') });
  return lines;
}

export interface AskedSlack {
  apiUrl: string;
  /** Of the bot's token, or of any other. */
  scopes: string[];
  /** What each method answers; by method, or by method and channel. */
  answers: Map<string, object>;
  /** Answers nothing any more. */
  hangs: boolean;
  close: () => Promise<void>;
}

/** A Slack that answers what the test says. */
export async function startAskedSlack(): Promise<AskedSlack> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (slack.hangs) return;
      const method = (request.url ?? '').replace('/api/', '');
      const channel = new URLSearchParams(Buffer.concat(chunks).toString()).get('channel') ?? '';
      const answer = slack.answers.get(`${method} ${channel}`) ??
        slack.answers.get(method) ?? { ok: true, user: 'watchpost', team: 'Harbour' };
      response.writeHead(200, { 'content-type': 'application/json', 'x-oauth-scopes': slack.scopes.join(',') }).end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const slack: AskedSlack = {
    apiUrl: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/api/`,
    scopes: [],
    answers: new Map(),
    hangs: false,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return slack;
}
