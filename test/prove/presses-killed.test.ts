import { setMaxListeners } from 'node:events';
import { beforeEach, expect, it } from 'vitest';
import { AppError } from '@watchpost/shared/errors';
import type { PostAction } from '@watchpost/shared/chat/post';
import type { Visit } from '@watchpost/visits/visit';
import type { InteractionDeps } from '@watchpost/worker/interaction/pipeline';
import { buttonOf, depsOf, doInteraction, interaction, nothingSeen, shown, takeSnapshot, type Seen } from '../support/deeds-rig.ts';
import { alikeVector, strangerVector, oneOfEachBackend } from '../support/gallery-backends.ts';
import { describeGallery } from '../support/gallery-rig.ts';

const never = new AbortController().signal;
setMaxListeners(0, never);
/** A worker that dies at its `at`-th call of something that leaves a trace: before the call, or after it with its answer lost. */
function dying(deps: InteractionDeps, at: number, when: 'before' | 'after'): { deps: InteractionDeps } {
  let calls = 0;
  const killed = () => new AppError('internal', 'killed');
  const mortal =
    <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      calls += 1;
      const isLast = calls === at;
      if (isLast && when === 'before') throw killed();
      const result = await call(...args);
      if (isLast) throw killed();
      return result;
    };
  const { operations, documents, visits, sender } = deps;
  const putAlive: typeof documents.put = async (document, signal) => documents.put(document, signal);
  const put = mortal(putAlive);
  return {
    deps: {
      ...deps,
      operations: {
        ...operations,
        apply: mortal(async (...args: Parameters<typeof operations.apply>) => operations.apply(...args)),
        undo: mortal(async (...args: Parameters<typeof operations.undo>) => operations.undo(...args)),
      },
      // A lease whose holder dies ends by itself; claim.test.ts waits for that.
      documents: { ...documents, put: async (document, signal) => (document.kind === 'lease' ? putAlive : put)(document, signal) },
      visits: { ...visits, save: mortal(async (...args: Parameters<typeof visits.save>) => visits.save(...args)) },
      sender: { ...sender, send: mortal(async (...args: Parameters<typeof sender.send>) => sender.send(...args)) },
    },
  };
}

describeGallery(
  'a press whose worker is killed',
  (rig) => {
    let seen: Seen;
    beforeEach(() => {
      seen = nothingSeen();
    });

    /** Ada is known from one camera; three faces at another one are taken for her. */
    const threeFacesOfAda = async (round: number): Promise<Visit> => {
      const face = strangerVector(1_000 + round);
      const known = await takeSnapshot(rig.opened, [face], { camera: `Garden ${round}` });
      const { post } = await shown(rig.opened, known.id);
      await doInteraction(
        depsOf(rig.opened, nothingSeen()),
        interaction({ do: 'press', target: buttonOf(post, 'is'), who: { name: `Ada ${round}` } }),
      );
      const now = Date.now();
      for (const [index, cosine] of [0.9, 0.91].entries())
        await takeSnapshot(rig.opened, [alikeVector(face, cosine, 20 + index)], {
          camera: `Door ${round}`,
          takenAtMs: now + index * 1_000,
        });
      return takeSnapshot(rig.opened, [alikeVector(face, 0.92, 30)], { camera: `Door ${round}`, takenAtMs: now + 5_000 });
    };

    /** Kills one worker at the call, and lets another one finish the job. */
    const killAndRetry = async (visit: Visit, name: string, at: number, when: 'before' | 'after'): Promise<boolean> => {
      const { post } = await shown(rig.opened, visit.id);
      const job = interaction({ do: 'press', target: buttonOf(post, 'is'), who: { name } });
      const mortal = dying(depsOf(rig.opened, seen), at, when);
      const survived = await doInteraction(mortal.deps, job).then(
        () => true,
        () => false,
      );
      if (!survived) await doInteraction(depsOf(rig.opened, seen), job, { attempt: 2, lastAttempt: false });
      return survived;
    };

    const whose = async ({ snapshots }: Visit): Promise<(string | undefined)[]> =>
      Promise.all(snapshots.map(async ({ snapshotId }) => (await rig.opened.gallery.explain(snapshotId, never))[0]?.person?.name));

    it('wherever it dies, the retry completes the same change, and one undo takes all of it back', { timeout: 240_000 }, async () => {
      let deaths = 0;
      let round = 0;
      for (const when of ['before', 'after'] as const)
        for (let at = 1, survived = false; !survived; at += when === 'before' ? 1 : 2) {
          seen = nothingSeen();
          round += 1;
          const [ada, bea] = [`Ada ${round}`, `Bea ${round}`];
          const visit = await threeFacesOfAda(round);
          survived = await killAndRetry(visit, bea, at, when);
          const place = `killed ${when} call ${at}`;
          expect({ place, is: await whose(visit) }).toEqual({ place, is: [bea, bea, bea] });
          expect({ place, told: seen.told.map((line) => line.split('.')[0]) }).toEqual({ place, told: [`UBOB: Done: 1 is ${bea}`] });
          expect({ place, is: new Set(seen.jobs.map((job) => job.kind === 'visit' && job.why)) }).toEqual({
            place,
            is: new Set(['said', 'tidy']),
          });
          const { post } = await shown(rig.opened, visit.id);
          await doInteraction(depsOf(rig.opened, seen), interaction({ do: 'press', target: buttonOf(post, 'undo', null), who: null }));
          expect({ place, is: seen.told.at(-1) }).toEqual({ place, is: `UBOB: Undone: 1 is ${bea}.` });
          expect({ place, is: await whose(visit) }).toEqual({ place, is: [ada, ada, ada] });
          expect({ place, isThere: (await rig.names()).includes(bea) }).toEqual({ place, isThere: false });
          deaths += survived ? 0 : 1;
        }
      // Noting the deed, each of three faces with its note, the visit, two jobs, and the last notes: and the lease.
      expect(deaths).toBeGreaterThan(12);
    });
  },
  oneOfEachBackend,
);

describeGallery(
  'an undo whose worker is killed',
  (rig) => {
    it('is completed by the retry', { timeout: 120_000 }, async () => {
      for (const when of ['before', 'after'] as const)
        for (let at = 1, survived = false; !survived; at += 1) {
          const seen = nothingSeen();
          const visit = await takeSnapshot(rig.opened, [strangerVector(100 + at)], { camera: `Door ${when} ${at}` });
          const press = async (deps: InteractionDeps, action: PostAction, id: string) => {
            const { post } = await shown(rig.opened, visit.id);
            const target = buttonOf(post, action, action === 'undo' ? null : 1);
            return {
              target,
              run: async () => doInteraction(deps, interaction({ do: 'press', target, who: { name: `Bea ${when} ${at}` } }, { id })),
            };
          };
          await (await press(depsOf(rig.opened, seen), 'is', `is-${when}-${at}`)).run();
          const { target } = await press(depsOf(rig.opened, seen), 'undo', 'unused');
          const job = interaction({ do: 'press', target, who: null });
          const mortal = dying(depsOf(rig.opened, seen), at, when);
          survived = await doInteraction(mortal.deps, job).then(
            () => true,
            () => false,
          );
          await doInteraction(depsOf(rig.opened, seen), job, { attempt: 2, lastAttempt: false });
          expect({ at, when, told: seen.told.at(-1) }).toEqual({ at, when, told: `UBOB: Undone: 1 is Bea ${when} ${at}.` });
          const { visit: after } = await shown(rig.opened, visit.id);
          expect({ at, when, is: after.lastChange }).toEqual({ at, when, is: null });
          expect(await rig.names()).not.toContain(`Bea ${when} ${at}`);
        }
    });
  },
  oneOfEachBackend,
);
