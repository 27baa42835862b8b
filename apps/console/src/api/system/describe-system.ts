import { setImmediate as breathe } from 'node:timers/promises';
import { runningProcesses } from '@watchpost/gallery/memory/processes';
import type { GalleryParts } from '@watchpost/gallery/open-gallery';
import { openAlerts } from '@watchpost/shared/alerts/open-alerts';
import { toAppError } from '@watchpost/shared/errors';
import { jobKinds } from '@watchpost/shared/jobs/job-kinds';
import type { z } from 'zod';
import type { ConsoleDeps } from '../../deps.ts';
import { releaseVersion } from '@watchpost/shared/observability/build-info';
import type { SystemModel, SystemPart, systemAnswer } from './schema.ts';

/** Everything that the page System shows at once; what does not answer is said, and keeps the rest from nothing. */
export async function describeSystem(
  { database, jobAdmin, config, log }: ConsoleDeps,
  startedAtMs: number,
  signal: AbortSignal,
): Promise<z.output<typeof systemAnswer>> {
  const orNothing = async <T>(what: string, read: () => Promise<T>, nothing: T): Promise<T> => {
    try {
      return await read();
    } catch (err) {
      log.debug({ err, what }, 'a part of the page System is not known now');
      return nothing;
    }
  };
  const parts = await Promise.all([
    partOf('Database', async () => database.parts().database.about(signal)),
    partOf(config.REDIS_URL === undefined ? 'Queue on PostgreSQL' : 'Queue on Redis', async () => {
      await (await jobAdmin(signal)).queues(jobKinds.slice(0, 1));
      return null;
    }),
  ]);
  const told = await orNothing('alerts', async () => openAlerts(database.parts().documents, signal), { alerts: [], nowMs: Date.now() });
  const processes = await orNothing('processes', async () => runningProcesses(database.parts().documents, told.nowMs, signal), []);
  const gallery = await orNothing(
    'gallery',
    async () => ({ ...database.parts().mirror.counts(), ...database.parts().gallery.position() }),
    null,
  );
  const inUse = new Set(processes.map(({ modelId }) => modelId));
  return {
    version: releaseVersion(),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    startedAtMs,
    memoryBytes: process.memoryUsage().rss,
    people: gallery?.persons ?? null,
    faces: gallery?.faces ?? null,
    galleryVersion: gallery?.version ?? null,
    parts,
    processes: processes
      .map((each) => ({ ...each, isCurrent: gallery !== null && each.epoch === gallery.epoch && each.version >= gallery.version }))
      .toSorted((a, b) => a.process.localeCompare(b.process) || a.startedAtMs - b.startedAtMs),
    models: database.isOpen() ? await modelsOf(database.parts().mirror, inUse) : [],
    alerts: told.alerts.filter(({ clearedAtMs }) => clearedAtMs === null),
  };
}

/** Whose faces are counted without a pause: some milliseconds. */
const personsAtOnce = 1_000;

/** By which models people are known: while one takes another's place there are two. */
async function modelsOf(
  mirror: Pick<GalleryParts['mirror'], 'persons' | 'facesOf'>,
  inUse: ReadonlySet<string | null>,
): Promise<SystemModel[]> {
  const models = new Map<string, { faces: number; persons: Set<string> }>();
  for (const [index, { id }] of mirror.persons().entries()) {
    // Others are answered meanwhile.
    if (index % personsAtOnce === personsAtOnce - 1) await breathe();
    for (const { role, modelId } of mirror.facesOf(id)) {
      if (role !== 'reference') continue;
      const counted = models.get(modelId) ?? { faces: 0, persons: new Set() };
      counted.faces += 1;
      counted.persons.add(id);
      models.set(modelId, counted);
    }
  }
  return [...models]
    .map(([modelId, { faces, persons }]) => ({ modelId, faces, persons: persons.size, isInUse: inUse.has(modelId) }))
    .sort((a, b) => b.faces - a.faces);
}

async function partOf(name: string, ask: () => Promise<{ server: string; version: string; bytes: number } | null>): Promise<SystemPart> {
  const startMs = performance.now();
  try {
    const about = await ask();
    const tookMs = Math.round((performance.now() - startMs) * 10) / 10;
    const called = about ? `${name}: ${about.server}` : name;
    return { name: called, answers: true, version: about?.version ?? null, bytes: about?.bytes ?? null, tookMs, fault: null };
  } catch (error) {
    return { name, answers: false, version: null, bytes: null, tookMs: null, fault: toAppError(error).message };
  }
}
