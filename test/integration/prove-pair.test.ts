import { expect, it } from 'vitest';
import { faultsOf } from '@watchpost/bench/prove/pair/faults';
import { explain, ledgerLines, ledgerOf } from '@watchpost/bench/prove/pair/ledger';
import { runPair } from '@watchpost/bench/prove/pair/run';
import type { Shape } from '@watchpost/bench/prove/pair/pair';
import { describeWith } from '../support/describe-with.ts';

const seed = 1;

/** `npm run prove -- pair` does this with a thousand snapshots, and with calls that are answered after twice our timeout. */
async function keepsItsWord(shape: Shape): Promise<void> {
  const run = { shape, seed, snapshots: 40, faults: faultsOf(['late'], []), short: true };
  const finished = await runPair(run, process.env, new AbortController().signal, () => undefined);
  const ledger = ledgerOf(finished, run);
  expect(finished.breaches, [...ledgerLines(ledger), ...explain(finished)].join('\n')).toEqual([]);
  expect(ledger).toMatchObject({ accepted: 40, 'double posts': 0, lost: 0, 'kills of workers': 2, 'kills of ingest': 2 });
  expect(ledger['lies of Slack']).toBeGreaterThan(5);
  expect(ledger['calls with a refused token']).toBeGreaterThan(0);
}

describeWith(
  ['redis', 'mongo'],
  'the pair on Redis and MongoDB',
  () => {
    it('keeps its word through kills, outages, a wrong token and a Slack that lies', () => keepsItsWord('redis-mongo'), 180_000);
  },
  { own: true },
);

describeWith(
  ['postgres'],
  'the pair on the embedded PostgreSQL',
  () => {
    it('keeps its word through kills, outages, a wrong token and a Slack that lies', () => keepsItsWord('embedded'), 180_000);
  },
  { own: true },
);
