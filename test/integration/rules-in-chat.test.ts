import { setMaxListeners } from 'node:events';
import { beforeEach, expect, it } from 'vitest';
import type { Permission } from '@watchpost/shared/chat/members';
import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import type { Post, ViolationAction } from '@watchpost/shared/chat/post';
import { plain } from '@watchpost/shared/chat/say';
import { AppError } from '@watchpost/shared/errors';
import type { InteractionJob } from '@watchpost/shared/jobs/interaction-job';
import { whatIsLeft } from '@watchpost/shared/jobs/job-kinds';
import type { JobResult } from '@watchpost/shared/jobs/job-queue';
import { sealJson } from '@watchpost/shared/jobs/sealed';
import type { OpenedGallery } from '@watchpost/gallery/open-gallery';
import type { Violation } from '@watchpost/rules/violation';
import type { InteractionDeps } from '@watchpost/worker/interaction/pipeline';
import { createPostNotice, readNotice } from '@watchpost/worker/notice/notice';
import { depsOf, doInteraction, firstAttempt, interaction, notingPlatform, nothingSeen, textOf, type Seen } from '../support/deeds-rig.ts';
import { oneOfEachBackend } from '../support/gallery-backends.ts';
import { describeGallery } from '../support/gallery-rig.ts';
import { ruleParts } from '../support/rule-parts.ts';
import { finding, violation } from '../support/violation-samples.ts';
import { silentChat } from '../support/silent-chat.ts';

const never = new AbortController().signal;
setMaxListeners(0, never);
/** A kill uses up no attempt. */
const afterKill = { attempt: 1, lastAttempt: false };

/** A chat with two admins, and the author of a message. */
interface Chat {
  seen: Seen;
  edited: Post[];
  mayAdminister: (member: string) => Permission;
  /** Called before and after each thing that stays. */
  step: () => void;
}

const newChat = (): Chat => ({
  seen: nothingSeen(),
  edited: [],
  mayAdminister: (member) => (['UBOB', 'UEVE'].includes(member) ? 'yes' : 'no'),
  step: () => undefined,
});

/** What a worker works with that may be killed at each step. */
function depsIn(chat: Chat, opened: OpenedGallery): InteractionDeps {
  const mortal =
    <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      chat.step();
      const result = await call(...args);
      chat.step();
      return result;
    };
  const { documents } = opened;
  const dying = { ...documents, put: mortal(async (...args: Parameters<typeof documents.put>) => documents.put(...args)) };
  const deps = depsOf(opened, chat.seen, dying);
  const sender = { ...deps.sender, send: mortal(async (...args: Parameters<typeof deps.sender.send>) => deps.sender.send(...args)) };
  const noting = notingPlatform(chat.seen);
  const edit = mortal(async ({ post }: { post: Post }) => {
    chat.edited.push(post);
    return 'edited' as const;
  });
  const platform: ConnectedPlatform = {
    ...noting,
    posts: { ...noting.posts, edit },
    members: { ...noting.members, mayAdminister: async (member) => chat.mayAdminister(member) },
    moderation: { ...silentChat.moderation, canRemove: async () => ({ can: true }) },
  };
  const postNotice = createPostNotice({ documents: dying, sender, now: Date.now, sendTimeoutMs: 1_000 });
  return { ...deps, sender, postNotice, platformFor: () => platform };
}

/** Lets a worker die at its `at`-th step; 1 if it came to that. */
async function killedAt(at: number, chat: Chat, work: () => Promise<unknown>): Promise<number> {
  let steps = 0;
  chat.step = () => {
    steps += 1;
    if (steps === at) throw new AppError('internal', 'killed');
  };
  const died = await work().then(
    () => 0,
    () => 1,
  );
  chat.step = () => undefined;
  return died;
}

/** A removed message of UADA, who was told, with its original in quarantine. */
async function storeKept({ documents }: OpenedGallery, messageId: string): Promise<Violation> {
  const { violations } = ruleParts(documents);
  const { stored } = await violations.add({ ...violation().message, messageId }, { findings: [finding()], unread: [] }, never);
  const told = { state: 'posted', fileId: null, uploadedAtMs: null, askedAtMs: 1, messageId: '2.0' } as const;
  const kept = { state: 'kept', by: null, atMs: 1 } as const;
  const { id, message } = stored.violation;
  return (await violations.update(id, () => violation({ id, message, told, kept }), never)).violation;
}

/** A command as ingest queues it. */
function typed(text: string, { envelope }: InteractionDeps, member = 'UBOB'): InteractionJob {
  const job = interaction({ do: 'rules', sealed: null }, { member });
  return { ...job, deed: { do: 'rules', sealed: sealJson(envelope, text, job.id) } };
}

const pressed = (action: ViolationAction, id: string, member: string): InteractionJob =>
  interaction(
    { do: 'moderate', target: { action, violation: id } },
    { by: { member, channel: member === 'UADA' ? 'slack:D1' : 'slack:CADMIN', thread: null, url: null } },
  );

describeGallery(
  'rules in the chat',
  (rig) => {
    let chat: Chat;
    let deps: InteractionDeps;
    beforeEach(() => {
      chat = newChat();
      deps = depsIn(chat, rig.opened);
    });
    const run = async (job: InteractionJob, context = firstAttempt): Promise<JobResult> => doInteraction(deps, job, context);
    const ask = async (text: string, member = 'UBOB'): Promise<string> => {
      await run(typed(text, deps, member));
      return textOf(chat.seen.answers.at(-1)!);
    };
    const storedNow = async (id: string): Promise<Violation | undefined> =>
      (await ruleParts(rig.opened.documents).violations.get(id, never))?.violation;

    it('are added, listed, switched and removed by admins only, and the audit says by whom', async () => {
      expect(await ask('add Keys --pattern AKIA[0-9A-Z]{16} --action remove')).toMatch(/^Added:\n• name: Keys\n/);
      expect(await ask('live Keys', 'UEVE')).toBe('The rule Keys is live. Where it matches: it is removed.');
      const refused = await ask('list', 'UMALLORY');
      expect(refused).toBe('Only admins of watchpost can do this. Ask whoever runs it to add you.');
      expect(await ask('remove Keys confirm', 'UMALLORY')).toBe(refused);
      expect(await ask('list')).toMatch(/^1 rule:\n• Keys: .*: it is removed \(medium, live\)$/);
      expect(await ask('remove Keys confirm')).toBe('The rule Keys is removed.');
      expect(
        (await ask('history'))
          .split('\n')
          .slice(1)
          .map((line) => line.split(' · ').slice(1).join(' · ')),
      ).toEqual([
        'UBOB · removed Keys',
        'UEVE · edited Keys: state dry run → live',
        'UBOB · added Keys (AKIA[0-9A-Z]{16}; remove, dry run)',
      ]);
      expect(chat.seen.told).toEqual([]);
    });

    it('are tried on what was typed, and nothing of that stays anywhere', async () => {
      const secret = ['AKIA', 'IOSFODNN7', 'TESTING'].join('');
      await ask('add Keys --pattern AKIA[0-9A-Z]{16}');
      const job = typed(`test Keys ${secret}`, deps);
      expect(JSON.stringify(job)).not.toContain(secret);
      await run(job);
      expect(textOf(chat.seen.answers.at(-1)!)).toMatch(/^1 match:\n• “AKIA…\(16\)”, characters 1 to 20\n/);
      expect(JSON.stringify(chat.seen)).not.toContain(secret.slice(0, 8));
      for (const kind of ['rules', 'rule-change', 'violation', 'notice', 'rule-lines'])
        expect(JSON.stringify(await rig.opened.documents.find({ kind, order: 'newest', limit: 100 }, never))).not.toContain(secret);
      expect(whatIsLeft('interaction', job, 'done')).toHaveProperty('deed', { do: 'nothing' });
      expect(whatIsLeft('interaction', job, 'failed')).toHaveProperty('deed', { do: 'rules', sealed: null });
      // Somebody retries the failed job by hand: nobody gets half an answer.
      const answers = chat.seen.answers.length;
      expect(await run({ ...job, deed: { do: 'rules', sealed: null } })).toBe('idle');
      expect(chat.seen.answers).toHaveLength(answers);
    });

    it('say so where what was typed was sealed with another key, or for another job', async () => {
      const job = typed('list', deps);
      await expect(run({ ...job, id: 'another' })).rejects.toMatchObject({ code: 'envelope-unreadable' });
      expect(chat.seen.told).toEqual([expect.stringMatching(/^UBOB: That could not be done: .*the same MESSAGE_KEY and bot token/)]);
      expect(chat.seen.answers).toEqual([]);
    });

    it('say that the database is away, without speaking of faces', async () => {
      const gone = async (): Promise<never> => Promise.reject(new AppError('gallery-unavailable', 'it is away'));
      deps = { ...deps, rules: { ...deps.rules, list: gone } };
      const job = typed('list', deps);
      await expect(run(job)).rejects.toMatchObject({ code: 'gallery-unavailable' });
      expect(chat.seen.told).toEqual([
        'UBOB: The database cannot be reached at the moment. What you asked for is noted and will be done as soon as possible.',
      ]);
    });

    it('work while the faces are not known yet', async () => {
      deps = { ...deps, gallery: { ...deps.gallery, isReady: () => false } };
      expect(await ask('list')).toMatch(/^There are no rules yet/);
      await expect(run(interaction({ do: 'command', text: 'list' }))).rejects.toMatchObject({ code: 'gallery-not-ready' });
    });

    it('wherever a worker dies, a command is done once, and its retry answers', { timeout: 60_000 }, async () => {
      const commands = ['add Keys --pattern abc', 'edit Keys --rename Tokens', 'live Tokens', 'remove Tokens confirm'];
      const answers = [/^Added:\n• name: Keys/, /^Changed:\n• name: Tokens/, /^The rule Tokens is live/, /^The rule Tokens is removed/];
      for (let at = 1, deaths = 1; deaths > 0; at += 1) {
        deaths = 0;
        for (const [index, text] of commands.entries()) {
          const job = typed(text, deps);
          deaths += await killedAt(at, chat, async () => run(job));
          await run(job, afterKill);
          expect({ at, text, answer: textOf(chat.seen.answers.at(-1)!) }).toEqual({
            at,
            text,
            answer: expect.stringMatching(answers[index]!),
          });
        }
        const changes = await deps.rules.changes(4, never);
        expect({ at, changes: changes.map(({ what }) => what) }).toEqual({ at, changes: ['removed', 'edited', 'edited', 'added'] });
        expect(new Set(changes.map(({ number }) => number)).size).toBe(4);
        expect((await deps.rules.changes(500, never)).length).toBe(4 * at);
      }
    });

    it('wherever a worker dies, an appeal and its answer are done once, and everybody is told', { timeout: 60_000 }, async () => {
      let round = 0;
      let allDeaths = 0;
      for (const [action, state] of [
        ['accept', 'accepted'],
        ['reject', 'rejected'],
      ] as const)
        for (let at = 1, deaths = 1; deaths > 0; at += 1) {
          round += 1;
          chat = newChat();
          deps = depsIn(chat, rig.opened);
          const { id } = await storeKept(rig.opened, `${String(round)}.0`);
          deaths = 0;
          for (const [what, member] of [
            ['mistake', 'UADA'],
            [action, 'UBOB'],
          ] as const) {
            const job = pressed(what, id, member);
            deaths += await killedAt(at, chat, async () => run(job));
            await run(job, afterKill);
          }
          allDeaths += deaths;
          const place = `${action}, killed at ${String(at)}`;
          const violationNow = await storedNow(id);
          expect({ place, appeal: violationNow?.appeal.state, by: violationNow?.appeal.by }).toEqual({
            place,
            appeal: state,
            by: 'slack:UBOB',
          });
          expect({ place, asked: violationNow?.asked?.what }).toEqual({ place, asked: action === 'accept' ? 'put-back' : undefined });
          const jobs = new Set(chat.seen.jobs.map((job) => (job.kind === 'violation' ? job.wanted : 'noticeId' in job && job.noticeId)));
          const both = [expect.any(Number), violationNow?.wanted, `appeal-${id}-${state}`];
          expect({ place, jobs: [...jobs] }).toEqual({ place, jobs: both });
          expect((await readNotice(rig.opened.documents, `appeal-${id}-${state}`, never))?.post).not.toBeNull();
          expect({ place, told: [...new Set(chat.seen.told)] }).toEqual({
            place,
            told: [
              'UADA: The admins are told, and you will hear what they say.',
              `UBOB: ${action === 'accept' ? 'Accepted. The message is being put back, and its author is told.' : 'Rejected. The author is told.'}`,
            ],
          });
          const lastLine = plain(chat.edited.at(-1)!.sections[0]!.text).split('\n').at(-1);
          expect(lastLine).toMatch(action === 'accept' ? /an admin agreed\.$/ : /an admin disagreed\.$/);
        }
      // Before and after the change, the job, the notice and its job, and the edit: and both at once in the first rounds.
      expect(allDeaths).toBeGreaterThan(20);
    });

    it('two admins at once, in two workers: one of them decides, and the other one hears it', async () => {
      const other = depsIn(chat, await rig.start());
      for (let round = 1; round <= 5; round += 1) {
        const { id } = await storeKept(rig.opened, `${String(round)}.0`);
        chat.seen.told.length = 0;
        await Promise.all([run(pressed('put-back', id, 'UBOB')), doInteraction(other, pressed('delete-kept', id, 'UEVE'))]);
        const now = await storedNow(id);
        const isBobs = now?.asked?.by === 'slack:UBOB';
        const wanted = chat.seen.jobs.flatMap((job) => (job.kind === 'violation' && job.violationId === id ? job.wanted : []));
        expect([...new Set(wanted)]).toEqual([now?.wanted]);
        expect(now?.asked?.what).toBe(isBobs ? 'put-back' : 'delete');
        expect(chat.seen.told.toSorted()).toEqual(
          isBobs
            ? ['UBOB: The message is being put back.', 'UEVE: UBOB has already asked to have it put back.']
            : ['UBOB: UEVE has already asked to have it deleted.', 'UEVE: The original is being deleted.'],
        );
      }
    });
  },
  oneOfEachBackend,
);
