import type { LastSeen, StoredPerson } from '@watchpost/gallery/domain';
import { createFindPeople } from '@watchpost/gallery/memory/find-people';
import { createExactIndex } from '@watchpost/gallery/memory/index/exact-index';
import { createMirror, type Mirror } from '@watchpost/gallery/memory/mirror';
import { describe, expect, it } from 'vitest';
import { storedPerson } from '../../support/gallery-samples.ts';

const never = new AbortController().signal;

function mirrorOf(persons: readonly StoredPerson[]): Mirror {
  const mirror = createMirror(createExactIndex);
  mirror.apply({ persons: [...persons], faces: [], pairs: [] });
  return mirror;
}

/** Names of people, found in a mirror. `seen`: when, by id. */
function finderOf(mirror: Mirror, seen: ReadonlyMap<string, number> = new Map(), fails = () => false) {
  let reads = 0;
  const lastSeen = async (): Promise<Map<string, LastSeen>> => {
    reads += 1;
    if (fails()) throw new Error('the database is away');
    return new Map([...seen].map(([id, atMs]) => [id, { atMs, channel: 'slack:C1', camera: null }]));
  };
  const find = createFindPeople({ mirror, sync: { isReady: () => true }, sightings: { lastSeen } }, never);
  return { names: (text: string, limit = 100) => find(text, limit).map(({ name }) => name), find, reads: () => reads };
}

const unknown = (number: number, more: Partial<StoredPerson> = {}): StoredPerson =>
  storedPerson(`u${number}`, { name: `Unknown ${number}`, number, ...more });

describe('people for a type-ahead', () => {
  const people = ['Åsa Öberg', 'Søren', 'Anne-Sophie', "Sean O'Brien", 'Émile', 'Sophie', 'ΣΊΣΥΦΟΣ', 'किरण'].map((name, index) =>
    storedPerson(`p${index}`, { name }),
  );
  const { names } = finderOf(mirrorOf([...people, unknown(1), unknown(12), unknown(112)]));

  it.each([
    ['asa', ['Åsa Öberg']],
    ['ÅSA O', ['Åsa Öberg']],
    ['soren', ['Søren']],
    ['emile', ['Émile']],
    ['brien', ["Sean O'Brien"]],
    ['σίσυφος', ['ΣΊΣΥΦΟΣ']],
    ['किर', ['किरण']],
    ['soph', ['Sophie', 'Anne-Sophie']],
    ['ophi', ['Anne-Sophie', 'Sophie']],
    ['12', ['Unknown 12', 'Unknown 112']],
    ['1', ['Unknown 1', 'Unknown 12', 'Unknown 112']],
    ['unknown 1', ['Unknown 1', 'Unknown 12', 'Unknown 112']],
    ['  Unknown   12 ', ['Unknown 12']],
    ['(', []],
    ['x', []],
  ])('%j means %j', (text, wanted) => {
    expect(names(text)).toEqual(wanted);
  });

  it('puts who is called so first, then those who have a name, then unknowns, then the ignored', () => {
    const found = finderOf(
      mirrorOf([
        unknown(2),
        unknown(20, { ignored: true }),
        unknown(200),
        storedPerson('a', { name: 'Gate 2' }),
        storedPerson('b', { name: '2nd Ada' }),
        storedPerson('c', { name: 'Bea', number: 21 }),
      ]),
    );
    expect(found.names('2')).toEqual(['Unknown 2', '2nd Ada', 'Bea', 'Gate 2', 'Unknown 200', 'Unknown 20']);
    expect(found.names('2', 2)).toEqual(['Unknown 2', '2nd Ada']);
  });

  it('follows every change: names, aliases, merges, and who was forgotten', () => {
    const mirror = mirrorOf([storedPerson('a', { name: 'Ada', aliases: ['Countess'] }), unknown(7)]);
    const found = finderOf(mirror);
    const change = (...persons: StoredPerson[]): void => mirror.apply({ persons, faces: [], pairs: [] });
    expect(found.names('count')).toEqual(['Ada']);
    change(storedPerson('a', { name: 'Ada', version: 2 }));
    expect(found.names('count')).toEqual([]);
    change(storedPerson('a', { name: 'Ada', formerNumbers: [7], version: 3 }), unknown(7, { mergedInto: 'a', version: 3 }));
    expect([found.names('7'), found.names('unk')]).toEqual([['Ada'], []]);
    change(storedPerson('a', { name: 'Ada', deleted: true, version: 4 }));
    expect(found.names('')).toEqual([]);
  });

  it('sorts those who fit equally by when they were last seen, under whichever id; the first question only asks for that', async () => {
    const mirror = mirrorOf([
      storedPerson('a', { name: 'Ada' }),
      storedPerson('b', { name: 'Abe' }),
      storedPerson('c', { name: 'Abi' }),
      unknown(7, { mergedInto: 'c' }),
    ]);
    const found = finderOf(
      mirror,
      new Map([
        ['a', 2_000],
        ['c', 1_000],
        ['u7', 3_000],
        ['gone', 9_000],
      ]),
    );
    expect(found.names('a')).toEqual(['Abe', 'Abi', 'Ada']);
    await expect.poll(() => found.names('a')).toEqual(['Abi', 'Ada', 'Abe']);
    expect(found.find('abi', 1)).toMatchObject([{ id: 'c', lastSeen: { atMs: 3_000, channel: 'slack:C1' }, faces: 0, mayBe: null }]);
    expect(found.reads()).toBe(1);
  });

  it('answers while the database is away, and asks again', async () => {
    let isAway = true;
    const found = finderOf(
      mirrorOf([storedPerson('a', { name: 'Ada' }), storedPerson('b', { name: 'Abe' })]),
      new Map([['a', 1]]),
      () => isAway,
    );
    expect(found.names('a')).toEqual(['Abe', 'Ada']);
    await expect.poll(() => [found.names('a'), found.reads() > 1]).toEqual([['Abe', 'Ada'], true]);
    isAway = false;
    await expect.poll(() => found.names('a')).toEqual(['Ada', 'Abe']);
  });

  it('takes less than 20 ms among 10,000 people, on average', async () => {
    const syllables = ['an', 'be', 'ca', 'do', 'el', 'fi', 'ga', 'hu', 'is', 'jo', 'ka', 'li', 'mø', 'né', 'or', 'pa'];
    const name = (index: number): string =>
      [index, index >> 4, index >> 8, index * 7].map((part) => syllables[part & 15]).join('') + ` ${syllables[(index * 3) & 15]}son`;
    const persons = Array.from({ length: 10_000 }, (_, index) =>
      index % 3 === 0 ? unknown(index) : storedPerson(`p${index}`, { name: name(index), number: index, aliases: [`alias ${index}`] }),
    );
    const found = finderOf(mirrorOf(persons), new Map(persons.map(({ id }, index) => [id, (index * 7_919) % 10_007])));
    found.names('');
    await expect.poll(() => found.find('', 1)[0]?.lastSeen).not.toBeNull();
    const texts = ['', 'a', 'an', 'ano', 'nobody', 'unknown', 'unknown 12', '1', '12', 'son', 'me', 'ne', 'alias', 'zzz'];
    // CPU time: other tests run meanwhile.
    const before = process.cpuUsage();
    const rounds = 70;
    for (let round = 0; round < rounds; round += 1) found.find(texts[round % texts.length] ?? '', 100);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1_000 / rounds).toBeLessThan(20);
    expect(found.names('a')).toHaveLength(100);
  });
});
