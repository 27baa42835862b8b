import { z } from 'zod';
import { AppError } from '@watchpost/shared/errors';
import { pause } from '@watchpost/shared/wait';
import { galleryFormat, inverseToJson, recentCommits, type Adoption, type Changeset, type FaceChange } from '../../domain.ts';
import type { GalleryStore } from '../../store.ts';
import { describeBlockers } from './blockers.ts';
import { toBytea, type Postgres } from './connect.ts';
import { isConflict, lockNotAvailable, sqlState } from './errors.ts';
import { headOf, newerDatabase } from './head.ts';
import { personColumns, readPerson } from './rows.ts';

/** How long a commit is tried again while somebody else has locked what it touches; between tries it waits, a little longer each time. */
const blockedMs = 3_000;
const firstPauseMs = 5;
const longestPauseMs = 250;

const rawSchema = z.object({ id: z.string(), name: z.string() });
const resultSchema = z.object({
  result: z.discriminatedUnion('outcome', [
    z.object({ outcome: z.enum(['conflict', 'edited', 'newer']) }),
    z.object({ outcome: z.literal('done'), head: z.unknown() }),
  ]),
});

/** One statement for each try (functions.ts). */
export function createPostgresCommit(postgres: Postgres): GalleryStore['commit'] {
  return async (base, changeset, id, signal) => {
    const change = toJson({ ...changeset, ...(changeset.adopt && { adopt: await withRawNames(postgres, changeset.adopt, signal) }) });
    const deadline = performance.now() + blockedMs;
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
      try {
        const { rows } = await postgres.query(
          'SELECT watchpost.commit_2($1, $2, $3, $4) AS result',
          [base.epoch, base.version, id, change],
          signal,
        );
        const { result } = resultSchema.parse(rows[0]);
        if (result.outcome === 'done') return headOf(result.head);
        if (result.outcome === 'newer') throw newerDatabase();
        return result.outcome;
      } catch (error) {
        if (isConflict(error)) return 'conflict';
        if (sqlState(error) !== lockNotAvailable) throw error;
        if (performance.now() > deadline) {
          const who = await describeBlockers(postgres, signal);
          throw new AppError('gallery-unavailable', `somebody else has locked what the change concerns: ${who}`, { cause: error });
        }
      }
      await pause(pauseMs, signal);
    }
  };
}

/** The names as the database has them, where what was seen is how they are read: the two differ for a name that cannot be shown as it is. */
async function withRawNames({ query }: Postgres, adopt: Adoption, signal: AbortSignal): Promise<Adoption> {
  const ids = adopt.persons.map(({ id }) => id);
  const { rows } = await query(`SELECT ${personColumns} FROM watchpost.persons WHERE id = ANY($1)`, [ids], signal);
  const read = new Map(rows.map((row) => [rawSchema.parse(row).id, { raw: rawSchema.parse(row).name, shown: readPerson(row).value.name }]));
  const persons = adopt.persons.map(({ id, name }) => {
    const found = read.get(id);
    return { id, name: found?.shown === name ? found.raw : name };
  });
  return { ...adopt, persons };
}

/** The change as `commit_2` takes it: every list is there, bytes are base64. */
function toJson(changeset: Changeset): string {
  const { persons, faces, pairs, adopt, nextNumber, audit, moveSightings = [], assignments = [] } = changeset;
  return JSON.stringify({
    format: galleryFormat,
    keepRecent: recentCommits,
    persons,
    faces: faces.map((face) => faceToJson(face)),
    pairs,
    adopt: adopt ?? { persons: [], faceIds: [] },
    moveSightings,
    assignments,
    nextNumber,
    audit: audit && { ...audit, inverse: inverseToJson(audit.inverse) },
  });
}

function faceToJson(face: FaceChange): unknown {
  if (!face.isNew) return face;
  const set = { ...face.set, embedding: toBytea(face.set.embedding).toString('base64') };
  return { ...face, set, crop: face.crop && Buffer.from(face.crop).toString('base64') };
}
