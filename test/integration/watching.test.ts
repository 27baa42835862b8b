import { openInBackground } from '@watchpost/ingest/database';
import { startWatching } from '@watchpost/ingest/watching';
import { createRules } from '@watchpost/rules/store/rules';
import type { StorageConfig } from '@watchpost/shared/config/common';
import { createLogger } from '@watchpost/shared/observability/logger';
import { pino } from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import { never, onEachStore } from '../support/each-store.ts';
import { until } from '../support/until.ts';

const log = createLogger('test', 'silent');
const look = { pattern: 'key-\\d+' };

function startedOn(storage: StorageConfig, logger = log) {
  const stopping = new AbortController();
  const database = openInBackground(storage, logger, stopping.signal);
  const watching = startWatching(database, logger, stopping.signal);
  const stop = async (): Promise<void> => {
    stopping.abort();
    await Promise.all([watching.done, database.done]);
  };
  onTestFinished(stop);
  return { ...watching, stop };
}

onEachStore('what ingest knows of the rules', (store) => {
  const rules = () => createRules(store.database().documents, { canQuarantine: true });
  const names = ({ rules: current }: Pick<ReturnType<typeof startedOn>, 'rules'>) => current()?.map(({ name }) => name);

  it('is a change within a second, in every process, and all of them after a restart', async () => {
    const [one, two] = [startedOn(store.storage()), startedOn(store.storage())];
    expect(one.rules()).toBeNull();
    expect(await one.ready(never)).toEqual([]);
    await two.ready(never);
    await rules().add({ name: 'Keys', look }, 'cli:ada', never);
    const changedMs = performance.now();
    await until('both know it', () => (names(one)?.length === 1 && names(two)?.length === 1 ? true : undefined));
    // Within one, where nothing else runs.
    expect(performance.now() - changedMs).toBeLessThan(2_000);
    await rules().edit('Keys', { enabled: false }, 'cli:ada', never);
    await until('it is disabled', () => (one.rules()?.[0]?.enabled === false ? true : undefined));
    await Promise.all([one.stop(), two.stop()]);
    const again = startedOn(store.storage());
    expect((await again.ready(never)).map(({ name }) => name)).toEqual(['Keys']);
  });

  it('is until when messages were received: the latest that any process noted, never an earlier one', async () => {
    const [one, two] = [startedOn(store.storage()), startedOn(store.storage())];
    expect(await one.receivedUntil('slack', never)).toBeNull();
    await one.noteReceived('slack', 5_000, never);
    await two.noteReceived('slack', 4_000, never);
    expect(await two.receivedUntil('slack', never)).toBe(5_000);
    await Promise.all(Array.from({ length: 10 }, async (_, index) => (index % 2 ? one : two).noteReceived('slack', 6_000 + index, never)));
    expect(await one.receivedUntil('slack', never)).toBeGreaterThanOrEqual(6_000);
    await two.noteReceived('slack', 7_000, never);
    expect(await one.receivedUntil('slack', never)).toBe(7_000);
    expect(await one.receivedUntil('other', never)).toBeNull();
  });
});

it('without a database there are no rules, and the log says so once', async () => {
  const logged: string[] = [];
  const without = startedOn({}, pino({ level: 'info' }, { write: (line: string) => void logged.push(line) }));
  expect([without.rules(), await without.ready(never)]).toEqual([[], []]);
  expect(logged.filter((line) => line.includes('no rule is applied'))).toHaveLength(1);
});
