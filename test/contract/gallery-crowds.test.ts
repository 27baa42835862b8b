import { expect, it } from 'vitest';
import { alikeVector, strangerVector } from '../support/gallery-backends.ts';
import { describeGallery } from '../support/gallery-rig.ts';

const never = new AbortController().signal;

/** A unit vector of so much of each of these, which are nearly at right angles, and the rest in a direction of its own. */
function mixed(parts: readonly [vector: Float32Array, share: number][], seed: number): Float32Array {
  const rest = Math.sqrt(1 - parts.reduce((sum, [, share]) => sum + share ** 2, 0));
  const all: typeof parts = [...parts, [strangerVector(seed), rest]];
  const sum = strangerVector(0).map((_, index) => all.reduce((total, [vector, share]) => total + share * (vector[index] ?? 0), 0));
  const length = Math.hypot(...sum);
  return sum.map((value) => value / length);
}

describeGallery('a crowd of sightings', (rig) => {
  const keepHouse = async () => rig.opened.housekeeping.round(never);
  const ada = strangerVector(1);
  /** What all bad pictures of Ada have in common: the light of one camera. */
  const light = strangerVector(2);
  const bad = (index: number): Float32Array =>
    mixed(
      [
        [ada, 0.6 + 0.04 * ((index * 7) % 10) * 0.1],
        [light, 0.48 + 0.06 * ((index * 3) % 10) * 0.1],
      ],
      1_000 + index,
    );
  const meetAda = async (): Promise<void> => {
    await rig.see(ada, 'ada-0');
    await rig.apply({ kind: 'name', person: 'Unknown 1', to: 'Ada' });
  };
  /** The truth about each reference is the beginning of its snapshot's id. */
  const truths = async (): Promise<Map<string, Set<string>>> => {
    const found = new Map<string, Set<string>>();
    const people = new Map((await rig.opened.gallery.people(never)).map(({ id, name }) => [id, name]));
    for (const { personId, snapshotId } of (await rig.contents()).faces) {
      const name = people.get(personId) ?? personId;
      found.set(name, (found.get(name) ?? new Set()).add(String(snapshotId).split('-')[0] ?? ''));
    }
    return found;
  };

  it('of a known person seen badly stays a few unknowns, who may be that person', { timeout: 120_000 }, async () => {
    await meetAda();
    const counts: number[] = [];
    for (let index = 1; index <= 40; index += 1) {
      const found = await rig.see(bad(index), `ada-${index}`);
      // Never silence, and never a name that is not sure.
      expect(found?.decision).toBe('unknown');
      if (index % 10 !== 0) continue;
      await keepHouse();
      counts.push((await rig.names()).length);
    }
    expect(counts.at(-1)).toBeLessThanOrEqual(3);
    expect(counts.at(-1)).toBeLessThanOrEqual(counts[1] ?? 0);
    const people = await rig.opened.gallery.people(never);
    expect(people.filter(({ status, mayBe }) => status === 'unknown' && mayBe === null)).toEqual([]);
  });

  it('swallows no stranger, not even one who is perhaps the person', { timeout: 120_000 }, async () => {
    await meetAda();
    const sister = alikeVector(ada, 0.62, 5);
    for (let index = 1; index <= 8; index += 1) {
      await rig.see(bad(index), `ada-${index}`);
      await rig.see(alikeVector(sister, 0.85, 2_000 + index), `sister-${index}`);
      await rig.see(alikeVector(strangerVector(50 + index), 0.8, 3_000 + index), `stranger ${index}-1`);
      await rig.see(alikeVector(strangerVector(50 + index), 0.8, 4_000 + index), `stranger ${index}-2`);
      await keepHouse();
    }
    const found = await truths();
    expect(found.get('Ada')).toEqual(new Set(['ada']));
    for (const [name, shown] of found) expect([name, shown.size]).toEqual([name, 1]);
  });
});
