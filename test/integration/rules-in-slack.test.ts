import { startFakeSlack, type FakeSlack } from '@watchpost/bench/servers/fake-slack';
import type { FakeMessage } from '@watchpost/bench/servers/fake-slack-chat';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { defaultRule, type RuleSettings } from '@watchpost/rules/rule';
import { violationIdOf } from '@watchpost/rules/store/violations';
import type { Violation } from '@watchpost/rules/violation';
import { createLogger } from '@watchpost/shared/observability/logger';
import { openDatabase } from '@watchpost/gallery/stores/open-database';
import { linesAMinute, type RuleLines } from '@watchpost/worker/telling/throttle';
import { afterEach, beforeEach, afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../support/describe-with.ts';
import { shapes } from '../support/shapes.ts';
import type { Service } from '../support/services.ts';
import { until } from '../support/until.ts';
import { postsIn, startWatching, withAdmin, type WatchingWorker } from '../support/rules-in-slack.ts';

const secret = ['AKIA', 'CANARY7', 'EXAMPLE99'].join('');
const never = new AbortController().signal;
const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
const log = createLogger('test', 'silent');

for (const { backend, queue } of shapes)
  describeWith([...backend.needs, ...queue.needs], `rules in Slack, on ${backend.name} and ${queue.name}`, () => {
    let servers: Service[];
    let close: () => Promise<void>;
    let documents: DocumentStore;
    let slack: FakeSlack;
    let workers: WatchingWorker[];
    let serial = 0;

    beforeAll(async () => {
      servers = [await backend.start(), await queue.start()];
      const database = await openDatabase(backend.storage(servers[0]!.url), { log }, never);
      documents = database.documents;
      close = () => database.close();
    });
    afterAll(async () => {
      await close();
      for (const server of servers) await server.stop();
    });
    beforeEach(async () => {
      slack = await startFakeSlack();
      withAdmin(slack);
      workers = [startWatching(slack, documents, queue.storage(servers[1]!.url))];
    });
    afterEach(async () => {
      for (const worker of workers) await worker.close();
      const { rules } = workers[0]!.parts;
      for (const { id } of await rules.list(never)) await rules.remove(id, 'cli:test', never);
      await slack.close();
    });

    const rule = async (over: RuleSettings = {}) => {
      serial += 1;
      const settings = {
        ...defaultRule,
        name: `Keys ${serial}`,
        look: { pattern: 'AKIA[A-Z0-9]{16}' },
        dryRun: false,
        action: 'remove',
        ...over,
      } as const;
      return workers[0]!.parts.rules.add(settings, 'cli:test', never);
    };
    /** The reports of a rule, by minute. */
    const linesOf = async (ruleId: string): Promise<RuleLines[]> =>
      (await documents.find({ kind: 'rule-lines', order: 'oldest', limit: 100 }, never))
        .map(({ body }) => body as RuleLines)
        .filter((lines) => lines.ruleId === ruleId);
    const said = (text: string, over: Partial<FakeMessage> = {}) =>
      slack.chat.say({ channel: 'C0TEAM', user: 'U0AUTHOR', text, ...(over.files && { files: over.files }) });
    const violationOf = async ({ channel, ts }: FakeMessage): Promise<Violation | null> =>
      (await workers[0]!.parts.violations.get(violationIdOf(`slack:${channel}`, ts), never))?.violation ?? null;
    const done = async (message: FakeMessage): Promise<Violation> => {
      let violation: Violation | null = null;
      await until('everything that follows is done', async () => {
        violation = await violationOf(message);
        return violation !== null && violation.done >= violation.wanted;
      });
      return violation!;
    };

    it('a message is removed, reported and its author told, and nothing of it is left in the queue', async () => {
      await rule({ notice: 'Keys belong into the vault.' });
      const message = said(`my key is ${secret}`);
      const id = await workers[0]!.queueMessage(message);
      const violation = await done(message);
      expect(violation.removal.state).toBe('removed');
      expect(slack.chat.messages).not.toContain(message);
      expect(slack.chat.removals).toEqual([{ by: 'U0ADMIN', what: message.ts }]);
      expect(postsIn(slack, 'C0ADMIN')).toHaveLength(1);
      expect(postsIn(slack, 'C0ADMIN')[0]).toContain('AKIA…(16)');
      expect(postsIn(slack, 'C0TEAM')).toHaveLength(1);
      expect(slack.chat.messages.filter((each) => JSON.stringify(each).includes('This is a mistake'))).toHaveLength(1);
      const raw = queue.raw(servers[1]!.url, 'messages');
      expect((await raw.getJob(id))?.data).toMatchObject({ sealed: null });
      expect(JSON.stringify((await raw.getJob(id))?.data)).not.toContain('CANARY');
      await raw.close();
    });

    it('two workers with many messages at once remove each once and tell of each once', async () => {
      workers.push(startWatching(slack, documents, queue.storage(servers[1]!.url)));
      const { id: ruleId } = await rule({ mostAnHour: 1_000 });
      const messages = Array.from({ length: 12 }, (_, index) => said(`${secret} ${index}`));
      await Promise.all(messages.map(async (message, index) => workers[index % 2]!.queueMessage(message)));
      // Each comes twice, as another version of the event would.
      await Promise.all(messages.map(async (message, index) => workers[(index + 1) % 2]!.queueMessage(message)));
      const all = await Promise.all(messages.map((each) => done(each)));
      expect(all.map(({ removal }) => removal.state)).toEqual(messages.map(() => 'removed'));
      expect(slack.chat.removals.map(({ what }) => what).toSorted()).toEqual(messages.map(({ ts }) => ts).toSorted());
      const minutes = await linesOf(ruleId);
      // Ten of its own in each minute; one may have ended meanwhile.
      expect(minutes.map(({ shown }) => shown.length)).toEqual(
        minutes.map(({ shown, more }) => Math.min(linesAMinute, shown.length + more)),
      );
      expect(sum(minutes.map(({ shown, more }) => shown.length + more))).toBe(12);
      expect(postsIn(slack, 'C0ADMIN')).toHaveLength(sum(minutes.map(({ shown }) => shown.length)));
      expect(slack.chat.messages.filter((each) => JSON.stringify(each).includes('This is a mistake'))).toHaveLength(12);
    }, 60_000);

    it('a removal that Slack answers with ok:false is none, and the report says that it is still there', async () => {
      await rule();
      slack.mischief('chat.delete', { kind: 'error', error: 'cant_delete_message' });
      const message = said(secret);
      await workers[0]!.queueMessage(message);
      expect((await done(message)).removal.state).toBe('failed');
      expect(slack.chat.messages).toContain(message);
      expect(postsIn(slack, 'C0ADMIN')[0]).toContain('is still there');
    });

    it('a removal that Slack confirms while it goes on showing the message is tried again', async () => {
      await rule();
      slack.chat.lingersFor.push(6);
      const message = said(secret);
      await workers[0]!.queueMessage(message);
      expect((await done(message)).removal).toMatchObject({ state: 'removed', error: null });
      expect(postsIn(slack, 'C0ADMIN')).toHaveLength(1);
      expect(postsIn(slack, 'C0ADMIN')[0]).toContain('Removed');
    });

    it('a removal whose answer was lost, or that Slack has no time for, is done all the same', async () => {
      await rule();
      slack.mischief('chat.delete', { kind: 'cut-after' });
      slack.mischief('chat.delete', { kind: 'status', status: 429, headers: { 'retry-after': '1' } });
      const messages = [said(secret), said(`${secret} again`)];
      for (const message of messages) await workers[0]!.queueMessage(message);
      for (const message of messages) expect((await done(message)).removal.state).toBe('removed');
    });

    it('the text of a second file that is no UTF-8 is read, and file and message are removed', async () => {
      await rule({ action: 'quarantine' });
      const file = (id: string, bytes: Buffer) => {
        slack.files.set(id, { id, bytes, contentType: 'text/plain', info: {} });
        return { id, name: `${id}.txt`, mimetype: 'text/plain', size: bytes.length, url_private: `${slack.url}/download/${id}` };
      };
      const latin = Buffer.concat([Buffer.from('Schl\xfcssel: ', 'latin1'), Buffer.from(secret)]);
      const message = said('two files', { files: [file('F1', Buffer.from('nothing')), file('F2', latin)] });
      await workers[0]!.queueMessage(message);
      const violation = await done(message);
      expect(violation.findings.map(({ where }) => where)).toEqual(['file 2']);
      expect(violation.removal).toMatchObject({ state: 'removed', files: [{ fileId: 'F2', state: 'removed' }] });
      const [kept] = await workers[0]!.parts.quarantine.files(violation.id, never);
      expect(Buffer.from(await kept!.bytes())).toEqual(latin);
    }, 30_000);
  });
