import { expect, it } from 'vitest';
import { faultsOf } from '@watchpost/bench/prove/pair/faults';
import { explain, ledgerLines, ledgerOf } from '@watchpost/bench/prove/pair/ledger';
import type { Shape } from '@watchpost/bench/prove/pair/pair';
import { runPair } from '@watchpost/bench/prove/pair/run';
import { describeWith } from '../support/describe-with.ts';

const kept = {
  accepted: 24,
  'double posts': 0,
  lost: 0,
  'kills of workers': 2,
  'kills of ingest': 2,
  // Two, of the token and of the membership.
  'workers that said what to repair': 4,
  'attempts used up by it': 0,
};

/**
 * `npm run prove -- pair` does this with a thousand snapshots, full disks, and calls that are answered after twice our timeout. `report`:
 * nothing, or all that is known of what went wrong.
 */
async function prove(shape: Shape) {
  const run = { shape, seed: 1, snapshots: 24, faults: faultsOf(['late'], []), short: true };
  const finished = await runPair(run, process.env, new AbortController().signal, () => undefined);
  const ledger = ledgerOf(finished, run);
  return { ledger, report: finished.breaches.length === 0 ? '' : [...ledgerLines(ledger), ...explain(finished)].join('\n') };
}

describeWith(
  ['redis', 'mongo'],
  'the pair on Redis and MongoDB',
  () => {
    it('keeps its word through kills, outages, a wrong token and a Slack that lies', async () => {
      const { ledger, report } = await prove('redis-mongo');
      expect(report).toBe('');
      expect(ledger).toMatchObject(kept);
      expect(ledger['lies of Slack']).toBeGreaterThan(0);
      expect(ledger['calls with a refused token']).toBeGreaterThan(0);
    }, 240_000);
  },
  { own: true },
);

describeWith(
  ['postgres'],
  'the pair on the embedded PostgreSQL',
  () => {
    it('keeps its word through kills, outages, a wrong token and a Slack that lies', async () => {
      const { ledger, report } = await prove('embedded');
      expect(report).toBe('');
      expect(ledger).toMatchObject({ ...kept, 'kills of the launcher': 1 });
      expect(ledger['lies of Slack']).toBeGreaterThan(0);
      expect(ledger['calls with a refused token']).toBeGreaterThan(0);
    }, 240_000);
  },
  { own: true },
);
