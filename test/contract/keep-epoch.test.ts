import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { exportArchive } from '@watchpost/gallery/archive/export-archive';
import { restoreArchive } from '@watchpost/gallery/archive/restore-archive';
import { openDocuments } from '@watchpost/gallery/open-documents';
import type { OpenedGallery } from '@watchpost/gallery/open-gallery';
import { createFeedLog } from '@watchpost/feeds/store/feed-log';
import type { FollowedRules } from '@watchpost/rules/rules';
import { createRules } from '@watchpost/rules/store/rules';
import { followRules } from '@watchpost/rules/store/follow-rules';
import { createLogger } from '@watchpost/shared/observability/logger';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { never, onEachStore } from '../support/each-store.ts';
import { emptyGallery, face, oneOfEachBackend, snapshotInfo, strangerVector } from '../support/gallery-backends.ts';
import { openIt } from '../support/keep-database.ts';
import { keepCopy } from '../support/keep-set-back.ts';
import { namePerson, startGallery } from '../support/start-gallery.ts';
import { until } from '../support/until.ts';

const log = createLogger('test', 'silent');
const cli = { id: 'cli' };

/** What processes remember of the database, and how each sees that another history has taken its place. */
onEachStore(
  'a database that is replaced',
  ({ storage }) => {
    let folder: string;
    let opened: OpenedGallery;
    let reader: Awaited<ReturnType<typeof openDocuments>>;
    let rules: FollowedRules;
    let stop: AbortController;
    let seen: { worker: string[]; reader: string[] };

    beforeAll(async () => {
      folder = await mkdtemp(path.join(os.tmpdir(), 'watchpost-epoch-'));
    });
    afterAll(async () => rm(folder, { recursive: true }));
    beforeEach(async () => {
      stop = new AbortController();
      opened = await startGallery(storage());
      reader = await openDocuments(storage(), { log }, never);
      seen = { worker: [], reader: [] };
      opened.followed.onReplaced((why) => seen.worker.push(why));
      reader.followed.onReplaced((why) => seen.reader.push(why));
      rules = followRules({ ...opened, log }, stop.signal);
    });
    afterEach(async () => {
      stop.abort();
      await rules.done;
      await opened.gallery.close();
      await reader.close();
    });

    const names = async (): Promise<string[]> => (await opened.gallery.people(never)).map(({ name }) => name);
    const ruleNames = (): string[] => rules.current()?.rules.map(({ name }) => name) ?? [];
    const addRule = async (name: string): Promise<void> => {
      await createRules(opened.documents, { canQuarantine: false }).add({ name, look: { pattern: 'x' } }, 'cli:ada', never);
    };
    /** Ada and one rule, of which a copy is kept; then she is called Grace, and there is another rule. */
    const change = async (keep: () => Promise<void>): Promise<void> => {
      await opened.gallery.recognise(snapshotInfo(), [face(strangerVector(1))], never);
      await namePerson(opened, 'Unknown 1', 'Ada', cli);
      await addRule('first');
      await until('the rule is known', () => ruleNames().join() === 'first');
      await until('both have looked', () => seen.worker.length === 0);
      await keep();
      await namePerson(opened, 'Ada', 'Grace', cli);
      await addRule('second');
      await until('the second rule is known', () => ruleNames().length === 2);
    };
    const isAsItWas = async (): Promise<boolean> => (await names()).join() === 'Ada' && ruleNames().join() === 'first';

    it('from a file is read again within seconds', async () => {
      const file = path.join(folder, `${String(Date.now())}.gz`);
      const other = await openIt(storage());
      await change(async () => void (await exportArchive(other, file, {}, never)));
      const startMs = performance.now();
      await restoreArchive(other, file, { replace: true }, never);
      await until('the gallery and the rules are as they were', isAsItWas);
      expect(performance.now() - startMs).toBeLessThan(6_000);
      await until('both have noticed', () => seen.worker.length > 0 && seen.reader.length > 0);
      expect(seen).toEqual({ worker: ['database-replaced'], reader: ['database-replaced'] });
      await other.close();
    });

    it('that was set back by its own tools is read again within seconds, also by processes that write nothing', async () => {
      let setBack = async (): Promise<void> => undefined;
      const feedLog = createFeedLog(opened.documents, opened);
      const entry = (id: string) => ({ kind: 'entry' as const, feed: 'news', id, changes: 0 });
      await feedLog.append([entry('1')], never);
      await change(async () => {
        setBack = await keepCopy(storage());
      });
      for (const id of ['2', '3']) await feedLog.append([entry(id)], never);
      // One beat of the pulse later.
      const { documents } = opened;
      const { document } = await documents.get('database', 'epoch', never);
      await until(
        'the pulse has beaten',
        async () => (await documents.get('database', 'epoch', never)).document?.revision !== document?.revision,
      );
      const startMs = performance.now();
      await setBack();
      await until('the gallery and the rules are as they were', isAsItWas);
      expect(performance.now() - startMs).toBeLessThan(6_000);
      await until('both have noticed', () => seen.worker.length > 0 && seen.reader.length > 0);
      expect(seen.worker).toEqual(['database-went-back']);
      expect(seen.reader.length).toBe(1);
      // It goes on from there: what is written now is written once, and numbers begin where the copy ended.
      await namePerson(opened, 'Ada', 'Edith', cli);
      await addRule('third');
      await until('the rules are followed', () => ruleNames().join() === 'first,third');
      expect(await names()).toEqual(['Edith']);
      await feedLog.append([entry('4')], never);
      const batches = await feedLog.read(0, 10, never);
      expect(batches.map(({ changes }) => changes.map((each) => (each.kind === 'entry' ? each.id : '')))).toEqual([['1'], ['4']]);
      expect(batches[1]!.batch).toBe(batches[0]!.batch + 1);
    });

    it('that was dropped is read again as an empty one', async () => {
      await change(async () => undefined);
      await emptyGallery(storage());
      // Whoever starts next makes the tables.
      await (await openIt(storage())).close();
      await until('nobody and nothing is known', async () => (await names().catch(() => ['?'])).length === 0 && ruleNames().length === 0);
      await until('both have noticed', () => seen.worker.length > 0 && seen.reader.length > 0);
      await addRule('new');
      await until('the rules are followed', () => ruleNames().join() === 'new');
    });
  },
  { backends: oneOfEachBackend },
);
