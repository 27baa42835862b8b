import { AppError, toAppError } from '@watchpost/shared/errors';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { Metrics } from '@watchpost/shared/observability/metrics';
import { backoffMs } from '@watchpost/shared/retry';
import { pause, raceAbort } from '@watchpost/shared/wait';
import type { SlackCall } from '@watchpost/slack/calls';
import { z } from 'zod';
import { connectSocket, type Connection, type Envelope } from './connection.ts';
import { createEnvelopes } from './envelopes.ts';

export interface SocketModeOptions {
  /** With the app-level token. */
  call: SlackCall;
  /** Does what an envelope asks for; what it resolves to is the answer. Null: not to be acknowledged, so that Slack sends it again. */
  take: (envelope: Envelope, timeLeftMs: () => number) => Promise<Record<string, unknown> | null>;
  /** Nothing was received since this time, milliseconds since 1970. */
  onGap: (sinceMs: number) => void;
  log: Logger;
  metrics: Metrics;
  now: () => number;
  /** Waits; tests need shorter ones. */
  times?: Partial<typeof defaultTimes>;
}

const defaultTimes = {
  pingMs: 10_000,
  helloMs: 10_000,
  /** How long a connection that Slack wants replaced is kept after its successor has come. */
  retireMs: 15_000,
  /** Connections that last shorter than this count as failed attempts. */
  steadyMs: 20_000,
  /** Between two attempts to connect. */
  backoff: { firstMs: 250, maxMs: 30_000 },
  /** While a person must do something first. */
  repairMs: 30_000,
};

export interface SocketMode {
  /** For readiness: true while connected; a sentence if a person must do something first. */
  check: () => boolean | string;
  /** Resolves when everything taken was answered and all connections are closed, after the signal has aborted. */
  done: Promise<void>;
}

const openSchema = z.looseObject({ url: z.url({ protocol: /^wss?$/ }) });

const switchedOff = "Slack has switched Socket Mode off: enable it in the app's settings";

/**
 * Receives over Slack's Socket Mode. A connection that Slack wants to end is replaced before it ends, so nothing is missed then; what may
 * have been missed otherwise is reported as a gap. Not with Slack's own client: that closes first and comes back five seconds later, and some
 * of its failures end the process.
 */
export function runSocketMode(options: SocketModeOptions, stopping: AbortSignal): SocketMode {
  const { log, metrics, now, onGap } = options;
  const times = { ...defaultTimes, ...options.times };
  const gauge = metrics.gauge('ingest_socket_connected', '1 while connected to Slack’s Socket Mode');
  const left = metrics.counter('ingest_socket_left_total', 'Connections to Slack’s Socket Mode that ended, by reason', ['reason']);
  const envelopes = createEnvelopes(options, stopping);
  const open = new Set<Connection>();
  let repair: string | null = null;

  const connect = async (): Promise<Connection> => {
    const { url } = await options.call('apps.connections.open', {}, openSchema, stopping);
    const { pingMs, helloMs } = times;
    const connection = await connectSocket({ url, onEnvelope: envelopes.take, pingMs, helloMs, now }, stopping);
    open.add(connection);
    gauge.set({}, 1);
    void connection.closed.then(() => {
      open.delete(connection);
      if (open.size === 0) gauge.set({}, 0);
    });
    return connection;
  };

  let previous: Connection | null = null;
  let failures = 0;

  /** Takes from one connection until it is to be replaced. Rejects if another one must wait until somebody has done something. */
  const serve = async (connection: Connection): Promise<void> => {
    // What came while the old one was still open, it has received.
    if (previous && !previous.isOpen()) onGap(previous.aliveAtMs());
    retire(previous, times.retireMs);
    log[previous && failures === 0 ? 'debug' : 'info']('connected to Slack over Socket Mode');
    [previous, repair] = [connection, null];
    const connectedMs = performance.now();
    const reason = await raceAbort(connection.leaving, stopping);
    left.inc({ reason: reasons.has(reason) ? reason : 'other' });
    if (reason === 'link_disabled') throw new AppError('chat-not-authorised', switchedOff);
    log[reason === 'closed' ? 'warn' : 'debug']({ reason }, 'the connection to Slack is replaced');
    failures = performance.now() - connectedMs < times.steadyMs ? failures + 1 : 0;
    if (failures > 0) await pause(backoffMs(failures, times.backoff), stopping);
  };

  const waitAfter = async (thrown: unknown): Promise<void> => {
    failures += 1;
    const known = toAppError(thrown);
    repair = known.retry === 'repairable' ? explain(known) : null;
    const waitMs = Math.max(repair ? times.repairMs : backoffMs(failures, times.backoff), known.retryAfterMs ?? 0);
    log[repair ? 'error' : 'warn']({ err: thrown, waitMs }, repair ?? 'Slack’s Socket Mode cannot be reached, retrying');
    await pause(waitMs, stopping).catch(() => undefined);
  };

  const run = async (): Promise<void> => {
    while (!stopping.aborted) {
      try {
        await serve(await connect());
      } catch (error) {
        if (!stopping.aborted) await waitAfter(error);
      }
    }
    await envelopes.idle();
    for (const connection of open) connection.close();
    await Promise.all([...open].map(({ closed }) => closed));
  };

  return {
    check: () => [...open].some((connection) => connection.isOpen()) || (repair ?? false),
    done: run(),
  };
}

/** As a metrics label. */
const reasons = new Set(['closed', 'warning', 'refresh_requested', 'link_disabled', 'too_many_websockets']);

function retire(connection: Connection | null, afterMs: number): void {
  if (connection?.isOpen() === true) setTimeout(() => connection.close(), afterMs).unref();
}

function explain({ message }: AppError): string {
  return message === switchedOff
    ? message
    : `Slack does not accept SLACK_APP_TOKEN (${message}): it must be an app-level token with the scope connections:write`;
}
