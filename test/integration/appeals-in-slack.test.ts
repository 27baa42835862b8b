import { startFakeSlack, type FakeSlack } from '@watchpost/bench/servers/fake-slack';
import type { FakeMessage } from '@watchpost/bench/servers/fake-slack-chat';
import { slackChannel } from '@watchpost/slack/channel';
import { isViolationTarget, parseTarget, type ViolationTarget } from '@watchpost/shared/chat/post';
import { plain } from '@watchpost/shared/chat/say';
import type { Job } from '@watchpost/shared/jobs/job-kinds';
import { sealJson } from '@watchpost/shared/jobs/sealed';
import { createLogger } from '@watchpost/shared/observability/logger';
import { readMessage } from '@watchpost/slack/content/read-message';
import { moderate } from '@watchpost/worker/interaction/rules/moderate';
import { createMessageHandler } from '@watchpost/worker/message/pipeline';
import { createNoticeHandler } from '@watchpost/worker/notice/pipeline';
import { createTellingHandler } from '@watchpost/worker/violation/tell';
import { createViolationHandler } from '@watchpost/worker/violation/pipeline';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { firstAttempt, interaction } from '../support/deeds-rig.ts';
import { createMemoryDocuments } from '../support/memory-documents.ts';
import { moderatingParts } from '../support/moderating-parts.ts';
import { slackFor, withAdmin } from '../support/rules-in-slack.ts';

const never = new AbortController().signal;
const secret = ['AKIA', 'CANARY7', 'EXAMPLE99'].join('');
const log = createLogger('test', 'silent');

let slack: FakeSlack;
beforeEach(async () => {
  slack = await startFakeSlack();
  withAdmin(slack);
  slack.people.channels.set('C0ADMIN', ['U0BOB', 'U0EVE']);
});
afterEach(() => slack.close());

/** A worker without a queue: each job is done as soon as the one before it is. */
function startWorker() {
  const waiting: Job[] = [];
  const documents = createMemoryDocuments();
  const sender = { send: async (job: Job) => void waiting.push(job) };
  const platform = slackFor(slack);
  const parts = moderatingParts(documents, { sender });
  const common = {
    ...parts,
    sender,
    documents,
    sendTimeoutMs: 1_000,
    log,
    now: Date.now,
    maxBytes: 1_000_000,
    platformFor: () => platform,
  };
  const [message, violation, telling] = [createMessageHandler(common), createViolationHandler(common), createTellingHandler(common)];
  const noFaces = { questions: undefined as never, subscriptions: { end: async () => undefined } };
  const notice = createNoticeHandler({ ...common, ...noFaces, timed: async (_step, work) => work() });
  const settle = async (): Promise<void> => {
    for (let job = waiting.shift(); job; job = waiting.shift()) {
      if (job.kind === 'message') await message(job, firstAttempt, never);
      else if (job.kind === 'violation') await violation(job, firstAttempt, never);
      else if (job.kind === 'telling') await telling(job, firstAttempt, never);
      else if (job.kind === 'notice') await notice(job, firstAttempt, never);
      else throw new Error(`nobody does ${job.kind} jobs here`);
    }
  };
  return {
    ...parts,
    say: async (text: string) => {
      const said = slack.chat.say({ channel: 'C0TEAM', user: 'U0AUTHOR', text });
      const read = readMessage({ type: 'message', ts: said.ts, text, user: said.user }, said.channel);
      if (!read) throw new Error('no message');
      const { content, ...ref } = read;
      const sealed = sealJson(parts.envelope, content, said.ts);
      waiting.push({ ...ref, v: 1, kind: 'message', id: said.ts, change: 'posted', atMs: ref.postedAtMs, sealed });
      await settle();
      return said;
    },
    /** Presses a button as it stands in Slack, and reads the answer. */
    press: async (label: string, at: FakeMessage, member: string): Promise<string> => {
      const target = buttonsOf(at).get(label);
      if (!target) throw new Error(`there is no button ${label}`);
      const deed = { do: 'moderate', target } as const;
      const by = { member, channel: slackChannel(at.channel), thread: null, url: null };
      const asker = { name: 'slack', platform, actor: { id: `slack:${member}` }, member };
      const answer = plain(await moderate(interaction(deed, { by }), deed, asker, common, never));
      await settle();
      return answer;
    },
  };
}

/** The buttons of a message with what they are about. */
function buttonsOf({ blocks }: FakeMessage): Map<string, ViolationTarget> {
  const elements = blocks.flatMap((block): unknown[] => ('elements' in block && Array.isArray(block.elements) ? block.elements : []));
  const buttons = new Map<string, ViolationTarget>();
  for (const each of elements) {
    const target = parseTarget(String(Reflect.get(Object(each), 'value')));
    const label: unknown = Reflect.get(Object(Reflect.get(Object(each), 'text')), 'text');
    if (target && isViolationTarget(target)) buttons.set(String(label), target);
  }
  return buttons;
}

const only = (channel: string): FakeMessage => {
  const [message, ...others] = slack.chat.messages.filter((each) => each.channel === channel);
  if (!message || others.length > 0) throw new Error(`${String(others.length + 1)} messages in ${channel}`);
  return message;
};
const shownIn = (message: FakeMessage): string => JSON.stringify(message.blocks);

it('an author appeals, an admin accepts, and the message is put back', async () => {
  const worker = startWorker();
  await worker.rules.add({ name: 'Keys', look: { pattern: 'AKIA[A-Z0-9]{16}' }, action: 'quarantine', dryRun: false }, 'cli:ada', never);
  const said = await worker.say(`the test key is ${secret}`);
  expect(slack.chat.messages).not.toContain(said);
  const [report, direct] = [only('C0ADMIN'), only('D0AUTHOR')];
  expect(shownIn(report)).toContain('Removed, the original is in quarantine.');
  expect([[...buttonsOf(report).keys()], [...buttonsOf(direct).keys()]]).toEqual([
    ['Put back', 'Delete the original'],
    ['This is a mistake'],
  ]);

  expect(await worker.press('This is a mistake', direct, 'U0EVE')).toBe('Only whoever wrote the message can say so.');
  expect(await worker.press('This is a mistake', direct, 'U0AUTHOR')).toBe('The admins are told, and you will hear what they say.');
  expect([...buttonsOf(direct).keys()]).toEqual([]);
  expect(shownIn(report)).toContain('The author says that this is a mistake.');
  expect([...buttonsOf(report).keys()]).toEqual(['Accept', 'Reject', 'Put back', 'Delete the original']);

  expect(await worker.press('Accept', report, 'U0AUTHOR')).toMatch(/^Only admins of watchpost/);
  const accept = structuredClone(report);
  expect(await worker.press('Accept', report, 'U0BOB')).toBe('Accepted. The message is being put back, and its author is told.');
  expect(shownIn(report)).toContain('Removed, and put back by <@U0BOB>.');
  expect(shownIn(report)).toContain('accepted by <@U0BOB>.');
  expect([...buttonsOf(report).keys()]).toEqual([]);
  const restored = only('C0TEAM');
  expect(shownIn(restored)).toContain(secret);
  expect(shownIn(restored)).toContain('<@U0AUTHOR> wrote this.');
  expect(slack.chat.messages.filter(({ channel }) => channel === 'D0AUTHOR').map(shownIn)).toEqual([
    expect.stringContaining('and an admin agreed.'),
    expect.stringContaining('broke no rule. It is being put back.'),
  ]);

  // Another admin looks at the report as it was a moment ago.
  expect(await worker.press('Reject', accept, 'U0EVE')).toBe('U0BOB has accepted it already.');
  expect(await worker.press('Delete the original', accept, 'U0EVE')).toBe('U0BOB had it put back already.');
  expect(slack.chat.messages).toHaveLength(4);
});

it('an admin rejects an appeal and deletes the original, and it is kept nowhere', async () => {
  const worker = startWorker();
  await worker.rules.add({ name: 'Keys', look: { pattern: 'AKIA[A-Z0-9]{16}' }, action: 'quarantine', dryRun: false }, 'cli:ada', never);
  await worker.say(secret);
  const [report, direct] = [only('C0ADMIN'), only('D0AUTHOR')];
  await worker.press('This is a mistake', direct, 'U0AUTHOR');
  expect(await worker.press('Reject', report, 'U0BOB')).toBe('Rejected. The author is told.');
  expect([...buttonsOf(report).keys()]).toEqual(['Put back', 'Delete the original']);
  const [target] = buttonsOf(report).values();
  expect(await worker.quarantine.message(target!.violation, never)).not.toBeNull();
  expect(await worker.press('Delete the original', report, 'U0EVE')).toBe('The original is being deleted.');
  expect(shownIn(report)).toContain('Removed. <@U0EVE> deleted the original.');
  expect(await worker.quarantine.message(target!.violation, never)).toBeNull();
  expect(slack.chat.messages.map(shownIn).join()).not.toContain(secret);
  expect(slack.chat.messages.filter(({ channel }) => channel === 'D0AUTHOR').map(shownIn)[1]).toContain('Nothing changes.');
});
