import { commandHelp } from '@watchpost/shared/chat/command-help';
import { AppError } from '@watchpost/shared/errors';
import type { Deed, InteractionJob } from '@watchpost/shared/jobs/interaction-job';
import { createLogger } from '@watchpost/shared/observability/logger';
import type { Person } from '@watchpost/gallery/gallery';
import { commands } from '@watchpost/worker/interaction/commands/run-command';
import { createInteractionHandler, type InteractionDeps } from '@watchpost/worker/interaction/pipeline';
import { describe, expect, it } from 'vitest';
import { interaction, nothingSeen, notingPlatform, textOf, type Seen } from '../../../support/deeds-rig.ts';
import { person } from '../../../support/factories.ts';
import { createMemoryDocuments } from '../../../support/memory-documents.ts';

const never = new AbortController().signal;
const first = { attempt: 1, lastAttempt: false };
const last = { attempt: 8, lastAttempt: true };
const target = { action: 'ignore', visit: 'v1', number: 1, subject: null } as const;
const press: Deed = { do: 'press', target, who: null };

interface Given {
  isReady?: boolean;
  getVisit?: () => Promise<never>;
  people?: Person[];
}

/** A worker whose gallery is a list of people, and whose visits fail as told. */
function worker({ isReady = true, getVisit, people = [] }: Given): {
  seen: Seen;
  run: (job: InteractionJob, context?: typeof first) => Promise<unknown>;
} {
  const seen = nothingSeen();
  const deps = {
    gallery: {
      isReady: () => isReady,
      people: async () => people,
      person: async (id: string) => people.find((each) => each.id === id) ?? null,
    },
    questions: { findPeople: (text: string, limit: number) => people.filter(({ name }) => name.includes(text)).slice(0, limit) },
    documents: createMemoryDocuments(),
    visits: { get: getVisit ?? (async () => null) },
    log: createLogger('test', 'silent'),
    platformFor: () => notingPlatform(seen),
  } as unknown as InteractionDeps;
  const handler = createInteractionHandler(deps);
  return { seen, run: async (job, context = first) => handler(job, context, never) };
}

const failing = (error: Error) => async (): Promise<never> => {
  throw error;
};

describe('an interaction that cannot be done', () => {
  it('is told to wait once while the gallery is away, and the job is held', async () => {
    const { seen, run } = worker({ isReady: false });
    const job = interaction(press);
    for (let attempt = 1; attempt < 3; attempt += 1) await expect(run(job)).rejects.toMatchObject({ code: 'gallery-not-ready' });
    await expect(run(interaction({ do: 'home' }))).rejects.toMatchObject({ code: 'gallery-not-ready' });
    expect(seen.told).toEqual([
      'UBOB: The database cannot be reached at the moment. What you asked for is noted and will be done as soon as possible.',
    ]);
  });

  it('is tried again without a word, and told when no further attempt follows', async () => {
    const { seen, run } = worker({ getVisit: failing(new AppError('chat-unavailable', 'the chat platform does not answer')) });
    const job = interaction(press);
    await expect(run(job)).rejects.toMatchObject({ code: 'chat-unavailable' });
    expect(seen.told).toEqual([]);
    await expect(run(job, last)).rejects.toMatchObject({ code: 'chat-unavailable' });
    expect(seen.told).toEqual(['UBOB: That could not be done: the chat platform does not answer.']);
  });

  it('is told at once when another attempt cannot help, without what only an operator understands', async () => {
    const permanent = worker({ getVisit: failing(new AppError('chat-refused', 'the platform refuses')) });
    await expect(permanent.run(interaction(press))).rejects.toMatchObject({ code: 'chat-refused' });
    expect(permanent.seen.told).toEqual(['UBOB: That could not be done: the platform refuses.']);
    const broken = worker({ getVisit: failing(new TypeError('x is not a function')) });
    await expect(broken.run(interaction(press), last)).rejects.toThrow('x is not');
    expect(broken.seen.told).toEqual(['UBOB: That could not be done: something went wrong, and the log says what.']);
  });

  it('that waits for somebody else is not told of as failed, even in the last attempt', async () => {
    const { seen, run } = worker({ getVisit: failing(new AppError('document-conflict', 'somebody else', { retryAfterMs: 300 })) });
    await expect(run(interaction(press), last)).rejects.toMatchObject({ code: 'document-conflict' });
    expect(seen.told).toEqual([]);
  });

  it('of a post that is gone is answered', async () => {
    const { seen, run } = worker({});
    await run(interaction(press));
    expect(seen.told).toEqual(['UBOB: This post is too old to be changed.']);
  });
});

describe('commands', () => {
  it('that help names are those that there are', () => {
    expect(Object.keys(commands).toSorted()).toEqual(commandHelp.map(({ name }) => name).toSorted());
  });

  it('that do not exist are answered with those that do', async () => {
    const { seen, run } = worker({});
    for (const text of ['dance', 'constructor', '']) await run(interaction({ do: 'command', text }));
    const [dance, constructor, nothing] = seen.answers.map((post) => textOf(post));
    expect(dance).toMatch(/^There is no command “dance”\. These are all:\n• \/faces who: /);
    expect(constructor).toContain('There is no command “constructor”.');
    expect(nothing).toMatch(/^What you can ask:\n• \/faces who: /);
  });

  it('list 10,000 people in one answer, in sections that every platform takes', async () => {
    const people = Array.from({ length: 10_000 }, (_, index) =>
      person({
        id: `p${index}`,
        name: `${'N'.repeat(74)} ${String(index).padStart(5, '0')}`,
        lastSeen: { atMs: 1, channel: 'slack:C1', camera: 'C'.repeat(120) },
      }),
    );
    const { seen, run } = worker({ people });
    await run(interaction({ do: 'command', text: 'list' }));
    const [post] = seen.answers;
    expect(textOf(post!)).toContain('10,000 people:');
    expect(textOf(post!)).toContain('and 9,950 more');
    expect(post!.sections.length).toBeLessThan(20);
    for (const { text } of post!.sections) expect(text.map((run) => run.text).join('').length).toBeLessThan(2_500);
  });
});
