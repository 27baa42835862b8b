import { fillDatabase } from '@watchpost/bench/console/fill';
import { personIdOf } from '@watchpost/bench/console/planned';
import { createConsoleLog } from '@watchpost/console/sign-in/console-log';
import { createExaminations } from '@watchpost/shared/documents/examination';
import { keepReceipt, stuckReceipt } from './page-receipts.ts';
import { frameWith, man, woman } from './pictures.ts';
import { startOpsConsole, type OpsConsole } from './ops-console-rig.ts';
import { openSeenWorld, seenChannel } from './seen-world.ts';

const never = new AbortController().signal;
const minuteMs = 60_000;
const longName = 'Maximiliane-Wilhelmine-Charlotte von Hohenzollern-Sigmaringen-Schwarzburg';

/** The camera of the pictures. */
export const filledCamera = `${seenChannel}/Gate`;
/** Somebody who has consented, and of whom there are pictures. */
export const filledPerson = personIdOf(2);

export interface FilledConsole extends OpsConsole {
  /** The ids of a verified receipt, and of one of which a post is left. */
  receipts: { verified: string; stuck: string };
}

/** A console that has something to show on each of its pages. */
export async function startFilledConsole(storage: { POSTGRES_URL: string }): Promise<FilledConsole> {
  await fillDatabase(storage, { people: 10, sightings: 600, visits: 20, changes: 30 }, never);
  const world = await openSeenWorld(storage);
  const frame = new Uint8Array(await frameWith([man[0]!, woman]));
  const at = (index: number) => ({ x: 140 + index * 280, y: 205, width: 160, height: 190 });
  const nowMs = Date.now();
  world.files.set('first', frame);
  world.files.set('known', frame);
  await world.post({ id: 'first', camera: 'Gate', atMs: nowMs - 50 * minuteMs }, [{ who: 1, at: at(0) }]);
  await world.post({ id: 'known', camera: 'Gate', atMs: nowMs - 20 * minuteMs }, [
    { who: 1, alike: 0.84, at: at(0) },
    { who: 2, at: at(1) },
  ]);
  const rig = await startOpsConsole(storage, { deps: { platformFor: () => world.platform } });
  const receipts = await fillPrivacy(rig);
  return {
    ...rig,
    receipts,
    end: async () => {
      await rig.end();
      await world.close();
    },
  };
}

async function fillPrivacy({ as, parts }: OpsConsole): Promise<FilledConsole['receipts']> {
  await as('editor', 'PUT', `/api/people/${filledPerson}/consent`, { state: 'given', note: 'The form of 3 November, folder 12' });
  await createExaminations(parts.documents).keep(
    {
      host: 'hall-1',
      findings: [
        {
          id: 'queue-policy',
          severity: 'fault',
          says: 'Redis removes keys when its memory is full',
          repair: 'set maxmemory-policy noeviction',
        },
        { id: 'disk', severity: 'warning', says: 'The disk has 1.2 GB left of 64 GB', repair: 'make room, or use a larger disk' },
        { id: 'clock', severity: 'note', says: 'The clock is 0.4 s behind the database’s', repair: null },
        { id: 'models', severity: 'ok', says: 'All four model files are as they should be', repair: null },
      ],
    },
    never,
  );
  // A name for which there is hardly room.
  const named = await as('editor', 'POST', `/api/people/${personIdOf(0)}/name`, { to: longName });
  if (named.statusCode !== 200) throw new Error(named.body);
  // Somebody whose name hardly fits, from a place that does not either.
  const actor = `console:${longName.replaceAll(' ', '.').toLowerCase()}@security.operations.example.org`;
  const where = '2001:0db8:85a3:0000:0000:8a2e:0370:7334';
  await createConsoleLog(parts.documents).record({ what: 'signed-in', actor, where, detail: null }, never);
  // One that can still be undone.
  await as('admin', 'POST', `/api/people/${personIdOf(9)}/forget`, {});
  return {
    verified: await keepReceipt(parts.documents),
    stuck: await keepReceipt(parts.documents, stuckReceipt),
  };
}
