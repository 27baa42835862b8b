import { buildApp } from '@watchpost/console/app';
import { loadConfig } from '@watchpost/console/config';
import type { ConsoleApp } from '@watchpost/console/console-app';
import { openInBackground } from '@watchpost/console/database';
import type { OpenedDeps } from '@watchpost/console/deps';
import { createLive, type Live } from '@watchpost/console/live/hub';
import { followChanges } from '@watchpost/console/live/sources';
import { openCameras } from '@watchpost/cameras/open-cameras';
import { openFeeds } from '@watchpost/feeds/open-feeds';
import type { GalleryParts } from '@watchpost/gallery/open-gallery';
import { openSchedule } from '@watchpost/schedule/open-schedule';
import type { StorageConfig } from '@watchpost/shared/config/common';
import type { Env } from '@watchpost/shared/config/parse-env';
import { AppError } from '@watchpost/shared/errors';
import type { JobAdmin } from '@watchpost/shared/jobs/job-admin';
import { createLogger } from '@watchpost/shared/observability/logger';
import { createMetrics } from '@watchpost/shared/observability/metrics';
import type { InjectOptions, LightMyRequestResponse, RouteOptions } from 'fastify';

/** Of `rig.as`: a token for each role. */
export const consoleTokens = {
  viewer: 'viewer-secret-of-the-tests-1',
  editor: 'editor-secret-of-the-tests-2',
  admin: 'admin-secret-of-the-tests-33',
} as const;
export const consolePassword = 'correct horse battery';

export interface ConsoleRig {
  app: ConsoleApp;
  parts: GalleryParts;
  live: Live;
  config: OpenedDeps['config'];
  /** Asks as a program with this role. */
  as: (
    role: keyof typeof consoleTokens,
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    url: string,
    body?: InjectOptions['payload'],
  ) => Promise<LightMyRequestResponse>;
  /** Listens, for a browser. Resolves to its address. */
  listen: () => Promise<string>;
  close: () => Promise<void>;
}

interface RigOptions {
  env?: Env;
  deps?: Partial<OpenedDeps>;
  /** Further routes of the API. */
  routes?: (app: ConsoleApp) => void;
  /** Told of every route. */
  onRoute?: (route: RouteOptions) => void;
}

/** A queue without jobs. */
export const idleJobs: JobAdmin = {
  list: async () => [],
  find: async () => [],
  queues: async (kinds) => kinds.map((kind) => ({ kind, waiting: 0, delayed: 0, active: 0, failed: 0, oldestAtMs: null, paused: false })),
  get: async () => null,
  history: async (kinds, minutes) =>
    kinds.map((kind) => ({
      kind,
      fromMs: 0,
      completed: Array.from({ length: minutes }, () => 0),
      failed: Array.from({ length: minutes }, () => 0),
    })),
  setPaused: async () => undefined,
  retry: async () => [],
  drop: async () => [],
  close: async () => undefined,
};

/** The console's application over a real database, with a queue that is idle unless `deps` has another. */
export async function startConsole(storage: StorageConfig, { env = {}, deps = {}, routes, onRoute }: RigOptions = {}): Promise<ConsoleRig> {
  const tokens = Object.entries(consoleTokens).map(([role, secret]) => `${role}-program:${role}:${secret}`);
  const config = loadConfig({
    POSTGRES_URL: 'postgres://nowhere.invalid/queue',
    ...storage,
    CONSOLE_PASSWORD: consolePassword,
    CONSOLE_TOKENS: tokens.join(','),
    CONSOLE_PORT: '0',
    ...env,
  });
  const log = createLogger('console', 'silent');
  const stop = new AbortController();
  const database = openInBackground({ ...storage }, log, stop.signal);
  const live = deps.live ?? createLive();
  const opened: OpenedDeps = {
    config,
    database,
    jobAdmin: async () => idleJobs,
    sender: {
      send: async () => {
        throw new AppError('queue-unavailable', 'there is no queue in this test');
      },
      ping: async () => undefined,
      counts: async () => [],
      close: async () => undefined,
    },
    cameras: await openCameras({ file: null, log, signal: stop.signal }),
    feeds: await openFeeds({ file: null, log, signal: stop.signal }),
    schedule: await openSchedule({ file: null, log, signal: stop.signal }),
    envelope: null,
    platformFor: () => null,
    live,
    log,
    now: Date.now,
    stopping: stop.signal,
    ...deps,
  };
  const parts = await database.opened(stop.signal);
  await parts.gallery.ready(stop.signal);
  const app = buildApp({
    ...opened,
    checks: { database: () => database.isOpen() },
    metrics: createMetrics({ processMetrics: false }),
    routes,
    onRoute,
  });
  const following = followChanges({ database, jobAdmin: opened.jobAdmin, live, log }, stop.signal);
  return {
    app,
    parts,
    live,
    config,
    as: async (role, method, url, body) =>
      app.inject({
        method,
        url,
        headers: { host: 'localhost', authorization: `Bearer ${consoleTokens[role]}` },
        ...(body === undefined ? {} : { payload: body }),
      }),
    listen: async () => {
      await app.listen({ port: 0, host: '127.0.0.1' });
      const address = app.server.address();
      return `http://127.0.0.1:${typeof address === 'object' && address ? String(address.port) : ''}`;
    },
    close: async () => {
      stop.abort();
      try {
        await app.close();
      } finally {
        await following;
        opened.cameras.close();
        opened.feeds.close();
        await database.done;
      }
    },
  };
}
