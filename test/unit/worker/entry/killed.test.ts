import { AppError } from '@watchpost/shared/errors';
import { describe, expect, it } from 'vitest';
import { createEntryRig, idIn, memberOf } from '../../../support/entry-rig.ts';
import { feedOf, pictureFileOf, writtenOf } from '../../../support/feed-samples.ts';

const pictures = [pictureFileOf('F1')];

/** What is left of two feeds' message when a worker died at its `at`-th step, and another one did the job again. */
async function afterDeath(at: number) {
  const rig = createEntryRig();
  rig.feeds = [feedOf(), feedOf({ slug: 'second' })];
  rig.members.set('U1', memberOf('U1'));
  let steps = 0;
  rig.step = () => {
    steps += 1;
    if (steps === at) throw new AppError('internal', 'killed');
  };
  await rig.settle([rig.says('hello', { written: writtenOf('hello', { pictures }) })]);
  const logged = await rig.logged();
  const isLogged = (id: string): boolean => logged.some((change) => change.kind === 'entry' && change.id === id);
  const [profile] = await rig.parts.profiles.members('slack', ['U1'], new AbortController().signal);
  return {
    died: steps >= at,
    outcome: {
      shows: [await rig.shows(), await rig.shows(undefined, 'second')],
      told: [isLogged(idIn('news')), isLogged(idIn('second')), logged.some(({ kind }) => kind === 'profiles')],
      handedOff: ['news', 'second'].map((slug) => rig.everQueued.some((each) => each.startsWith(`handoff-${idIn(slug)}-`))),
      name: profile?.displayName,
      picture: profile?.picture !== null,
    },
  };
}

describe('a worker that is killed while it brings a message into feeds', () => {
  it(
    'is followed by one that publishes it, tells the followers, and asks for its pictures and its author',
    { timeout: 60_000 },
    async () => {
      let deaths = 0;
      for (let at = 1; ; at += 1) {
        const { died, outcome } = await afterDeath(at);
        const name = 'Name of U1';
        const all = { shows: ['hello', 'hello'], told: [true, true, true], handedOff: [true, true], name, picture: true };
        expect({ at, outcome }).toEqual({ at, outcome: all });
        if (!died) break;
        deaths += 1;
      }
      expect(deaths).toBeGreaterThan(15);
    },
  );
});
