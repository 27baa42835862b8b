import { whenSeen } from '@watchpost/console/api/people/when';
import { compare, indexAfter, type Placed } from '@watchpost/console/people/ordered';
import { assert, constantFrom, integer, property, record, string, uniqueArray } from 'fast-check';
import { describe, expect, it } from 'vitest';

const keepMs = 30 * 86_400_000;

describe('when somebody was seen', () => {
  const seen = (at: string, snapshots = 1) => ({ atMs: Date.parse(at), snapshots });
  const by = (camera: string | null, snapshots: number) => ({ channel: 'slack:C1', camera, snapshots });
  const nowMs = Date.parse('2026-10-26T11:00:00Z');

  it('counts by the hours and days of the viewer’s zone, also where the clocks change', () => {
    const { hours, days, total } = whenSeen(
      {
        quarters: [seen('2026-10-24T22:30:00Z'), seen('2026-10-25T00:30:00Z'), seen('2026-10-25T01:30:00Z'), seen('2026-10-25T23:15:00Z')],
        cameras: [by('Gate', 4)],
      },
      { zone: 'Europe/Berlin', nowMs, keepMs },
    );
    expect(total).toBe(4);
    // Half past two comes twice in this night.
    expect([hours[0], hours[2], hours[3]]).toEqual([2, 2, 0]);
    expect(days.slice(-2)).toEqual([
      { day: '2026-10-25', sightings: 3 },
      { day: '2026-10-26', sightings: 1 },
    ]);
    expect(days).toHaveLength(30);
  });

  it('knows zones that are no whole hours away, and says which cameras', () => {
    const { hours, cameras, firstMs, lastMs } = whenSeen(
      {
        quarters: [seen('2026-10-20T18:15:00Z', 2), seen('2026-10-20T18:30:00Z'), seen('2026-10-21T00:00:00Z')],
        cameras: [by('Gate', 1), by('Door', 2), by(null, 1)],
      },
      { zone: 'Asia/Kathmandu', nowMs, keepMs },
    );
    expect([hours[0], hours[5]]).toEqual([3, 1]);
    expect(cameras.map(({ camera, sightings }) => [camera, sightings])).toEqual([
      ['Door', 2],
      ['Gate', 1],
      [null, 1],
    ]);
    expect([firstMs, lastMs]).toEqual([Date.parse('2026-10-20T18:15:00Z'), Date.parse('2026-10-21T00:00:00Z')]);
  });
});

describe('pages of a sorted list', () => {
  const placed = record({ id: string(), rank: integer({ min: 0, max: 3 }), text: constantFrom('', 'a', 'b') });

  it('go on after a place, whether or not it is still there', () => {
    assert(
      property(uniqueArray(placed, { selector: ({ id }) => id }), placed, (list, place) => {
        const sorted: Placed[] = list.map((each) => ({ ...each, status: 'named' as const })).sort(compare);
        expect(sorted.slice(indexAfter(sorted, place))).toEqual(sorted.filter((each) => compare(each, place) > 0));
      }),
    );
  });
});
