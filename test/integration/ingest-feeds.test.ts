import { shownAs } from '@watchpost/bench/servers/fake-slack-reading';
import type { EntryJob } from '@watchpost/shared/jobs/entry-job';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../support/describe-with.ts';
import { startFakeSocketMode } from '../support/fake-socket-mode.ts';
import { feedsIngestRig, type FeedsIngestRig } from '../support/feeds-ingest-rig.ts';
import { until } from '../support/until.ts';
import { messageEvent } from '../support/watched-rig.ts';

const [minute, day] = [60_000, 86_400_000];
const ts = (agoMs: number): string => ((Date.now() - agoMs) / 1_000).toFixed(6);
const tick = (...users: string[]) => ({ reactions: [{ name: 'white_check_mark', users, count: users.length }] });
const event = (over: Record<string, unknown>): Record<string, unknown> => ({ type: 'event_callback', api_app_id: 'A0WATCH', event: over });
const ticked = (messageId: string, type = 'reaction_added') =>
  event({ type, user: 'U2', reaction: 'white_check_mark', item: { type: 'message', channel: 'C5', ts: messageId }, event_ts: ts(0) });

describeWith(
  ['redis', 'postgres'],
  'an ingest process with feeds',
  () => {
    let rig: FeedsIngestRig;
    beforeAll(async () => {
      rig = await feedsIngestRig();
      await rig.writeFeeds();
    }, 120_000);
    afterEach(async () => rig.clear());
    afterAll(async () => rig?.close());

    const posted = (over: Record<string, unknown> = {}) => {
      const at = ts(0);
      return messageEvent({ channel: 'C5', ts: at, event_ts: at, text: 'the canary', ...over });
    };
    const untilJobs = async (isEnough: (all: EntryJob[]) => boolean, channel?: string): Promise<EntryJob[]> => {
      const all: EntryJob[] = [];
      await until('the jobs are queued', async () => isEnough((all.push(...(await rig.jobs(channel))), all)));
      return all;
    };

    it('queues each of 500 messages that come at once, and none twice when Slack delivers them again', async () => {
      const ingest = await rig.boot();
      const events = Array.from({ length: 500 }, (_, index) => {
        const at = `${String(Math.floor(Date.now() / 1_000))}.${String(index).padStart(6, '0')}`;
        return messageEvent({ channel: 'C5', ts: at, event_ts: at, text: `the canary ${String(index)}` });
      });
      const statuses = async () => new Set(await Promise.all(events.map(async (each) => (await ingest.post(each)).status)));
      expect(await statuses()).toEqual(new Set([200]));
      const jobs = await rig.jobs();
      expect(new Set(rig.said(jobs).map((line) => line.split(' ').slice(2).join(' '))).size).toBe(500);
      expect(jobs).toHaveLength(500);
      expect(await statuses()).toEqual(new Set([200]));
      expect(await rig.jobs()).toEqual([]);
      expect(ingest.output()).not.toContain('canary');
      expect(await ingest.metrics()).toContain('ingest_entries_total{outcome="queued"} 1000');
    });

    it('fetches all that happened while it was down: messages, replies, edits, deletions, approvals given and taken back', async () => {
      const { chat } = rig.slack;
      const say = (agoMs: number, text: string, over: object = {}) => chat.say({ channel: 'C5', ts: ts(agoMs), text, ...over });
      await rig.received(Date.now());
      await rig.writeFeeds();
      const first = await rig.boot();
      await until('the feed was read', () => first.output().includes('a channel of feeds was read again'));
      await rig.killAll();

      const same = say(50 * minute, 'same');
      const edited = say(49 * minute, 'before');
      const gone = say(48 * minute, 'gone');
      const approved = say(47 * minute, 'approved');
      const withdrawn = say(46 * minute, 'withdrawn', { more: tick('U2') });
      for (const message of [same, edited, gone, approved, withdrawn]) await rig.store(shownAs(message, false));
      // It is down.
      chat.change(edited, { text: 'after' });
      chat.messages.splice(chat.messages.indexOf(gone), 1);
      approved.more = tick('U3');
      withdrawn.more = {};
      const missed = say(10 * minute, 'missed');
      const reply = say(9 * minute, 'a reply', { threadTs: same.ts });
      await rig.jobs();

      const second = await rig.boot();
      const jobs = await untilJobs((all) => all.length >= 6);
      expect(rig.said(jobs).toSorted()).toEqual(
        [
          `written ${edited.ts} after`,
          `check ${gone.ts}`,
          `written ${approved.ts} approved`,
          `written ${withdrawn.ts} withdrawn`,
          `written ${missed.ts} missed`,
          `written ${reply.ts} a reply`,
        ].toSorted(),
      );
      const listOf = (messageId: string) => jobs.flatMap((job) => (job.change === 'written' && job.messageId === messageId ? job : []))[0];
      expect(listOf(approved.ts)?.reactions).toEqual([{ emoji: 'white_check_mark', member: 'U3' }]);
      expect(listOf(withdrawn.ts)?.reactions).toEqual([]);
      expect(listOf(withdrawn.ts)?.reactionsAtUs).toBeGreaterThan((Date.now() - minute) * 1_000);
      await until('the log says how many', () => /"channel":"C5".*"messages":6,"queued":5,"checked":1/.test(second.output()));
    });

    it('fills a feed that is added while it runs, from its history and no further back', async () => {
      const say = (agoMs: number, text: string) => rig.slack.chat.say({ channel: 'C7', ts: ts(agoMs), text });
      const [, within] = [say(3 * day, 'too old'), say(day, 'within')];
      await rig.writeFeeds();
      const ingest = await rig.boot();
      const other = messageEvent({ channel: 'C7', ts: ts(0), event_ts: ts(0) });
      expect((await ingest.post(other)).status).toBe(200);
      await rig.writeFeeds('  - slug: more\n    channel: C7\n    headline: More\n    history: 2d\n');
      expect(rig.said(await untilJobs((all) => all.length > 0, 'C7'))).toEqual([`written ${within.ts} within`]);
      expect((await ingest.post({ ...other })).status).toBe(200);
      expect(await rig.jobs('C7')).toHaveLength(1);
    });

    it('publishes nothing from before a feed without a history, though it reads the channel and its edits', async () => {
      const before = rig.slack.chat.say({ channel: 'C8', ts: ts(5 * minute), text: 'not meant for readers' });
      await rig.writeFeeds('  - slug: late\n    channel: C8\n    headline: Late\n');
      await rig.received(Date.now() - 60 * minute);
      const ingest = await rig.boot();
      await until('it was read', () => /"channel":"C8".*read again/.test(ingest.output()));
      const change = messageEvent({
        channel: 'C8',
        subtype: 'message_changed',
        ts: ts(0),
        event_ts: ts(0),
        message: shownAs(before, false),
      });
      expect((await ingest.post(change)).status).toBe(200);
      expect(await rig.jobs('C8')).toEqual([]);
      expect(await ingest.metrics()).toContain('ingest_entries_total{outcome="before"} 1');
    });

    it('takes messages and reactions over Socket Mode', async () => {
      const sockets = await startFakeSocketMode();
      try {
        sockets.others = rig.slack.apiUrl;
        await rig.writeFeeds();
        const token = { SLACK_APP_TOKEN: 'xapp-1-integration', SLACK_SIGNING_SECRET: '', SLACK_API_URL: sockets.apiUrl };
        await rig.boot(token);
        const [message, socket] = [posted(), await until('it is connected', () => sockets.sockets[0])];
        const messageId = (message['event'] as { ts: string }).ts;
        socket.send({ type: 'events_api', envelope_id: 'E1', payload: message });
        socket.send({ type: 'events_api', envelope_id: 'E2', payload: ticked(messageId) });
        await until('both are acknowledged', () => socket.acks.length === 2);
        expect((await rig.jobs()).map(({ change }) => change).toSorted()).toEqual(['reaction', 'written']);
      } finally {
        await sockets.close();
      }
    });

    it('answers 503 while the queue is away, and takes what Slack sends again', async () => {
      await rig.writeFeeds();
      const ingest = await rig.boot();
      const [message, reaction] = [posted(), ticked(ts(minute))];
      await rig.queue.kill();
      try {
        expect((await ingest.post(message)).status).toBe(503);
        expect((await ingest.post(reaction)).status).toBe(503);
      } finally {
        await rig.queue.restart();
      }
      await until('ingest is ready', async () => (await ingest.ready()).status === 200);
      for (const each of [message, message, reaction, reaction]) expect((await ingest.post(each)).status).toBe(200);
      expect((await rig.jobs()).map(({ change }) => change).toSorted()).toEqual(['reaction', 'written']);
    });
  },
  { own: true },
);
