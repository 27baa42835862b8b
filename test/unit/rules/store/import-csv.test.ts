import { readOldPatterns } from '@watchpost/rules/store/import-csv';
import { describe, expect, it } from 'vitest';

const read = (csv: string) => readOldPatterns(csv).map(({ name, pattern }) => [name, pattern]);

describe("the old service's patterns", () => {
  it('are read from its table: columns in any order and case, others ignored', () => {
    expect(read('id,name,pattern\n7,Keys,AKIA\\w{16}\n8,Zeus,Zeus\n')).toEqual([
      ['Keys', String.raw`AKIA\w{16}`],
      ['Zeus', 'Zeus'],
    ]);
    expect(read('PATTERN, Name ,created\r\nAKIA,Keys,2024\r\n')).toEqual([['Keys', 'AKIA']]);
  });

  it.each([
    ['semicolons', 'name;pattern\nKeys;a,b'],
    ['tabs', 'name\tpattern\nKeys\ta,b'],
    ['quotes around everything, also the names of the columns', '"name","pattern"\n"Keys","a,b"'],
    ['a byte order mark', '\uFEFF"pattern",name\n"a,b",Keys'],
    ['lines that end as on Windows', 'name,pattern\r\nKeys,"a,b"\r\n'],
    ['lines that end as on old Macs', 'name,pattern\rKeys,"a,b"\r'],
    ['empty lines', 'name,pattern\n\nKeys,"a,b"\n,\n\n'],
  ])('are read with %s', (_, csv) => {
    expect(read(csv)).toEqual([['Keys', 'a,b']]);
  });

  it('keep their commas, quotes, backslashes and breaks', () => {
    expect(read('name,pattern\nA,"a{1,3}""b"\nB,"x\ny"\nC,\\d+\\\\\nD,"\\"key\\": \\w"\nE,a"b')).toEqual([
      ['A', 'a{1,3}"b'],
      ['B', 'x\ny'],
      ['C', String.raw`\d+\\`],
      ['D', String.raw`\"key\": \w`],
      ['E', 'a"b'],
    ]);
  });

  it('are named with their line, also after breaks within a pattern', () => {
    for (const end of ['\n', '\r\n', '\r']) {
      const csv = ['name,pattern', 'A,"x', 'y"', 'B,z', ''].join(end);
      expect(readOldPatterns(csv).map(({ line }) => line)).toEqual([2, 4]);
    }
  });

  it('have clean names, each its own, and one where there is none', () => {
    expect(read('name,pattern\nKeys,a\nKEYS,b\n\u200B,c\nZeus\u202E  plan,d\n')).toEqual([
      ['Keys', 'a'],
      ['KEYS (2)', 'b'],
      ['Pattern 4', 'c'],
      ['Zeus plan', 'd'],
    ]);
    expect(read('pattern\na')).toEqual([['Pattern 2', 'a']]);
    expect(read(`name,pattern\n${'x'.repeat(128)},a`)[0]?.[0]?.length).toBeLessThanOrEqual(80);
  });

  it('that RE2 cannot express are told with the reason, and the others are not', () => {
    const csv = String.raw`name,pattern
Fine,(?i)secret(?P<what>\w+)
Ahead,foo(?=bar)
Behind,(?<!x)y
Back,(a)\1
Conditional,(a)?(?(1)b|c)
Broken,(
Everything,.*
`;
    const refused = readOldPatterns(csv).filter((each) => each.refused !== null);
    expect(refused.map(({ name }) => name)).toEqual(['Ahead', 'Behind', 'Back', 'Conditional', 'Broken', 'Everything']);
    expect(refused.every((each) => (each.refused ?? '').length > 10)).toBe(true);
  });

  it("have RE2's word for the end of the text instead of Python's", () => {
    expect(
      read(String.raw`pattern
a\Z
a\\Z`),
    ).toEqual([
      ['Pattern 2', String.raw`a\z`],
      ['Pattern 3', String.raw`a\\Z`],
    ]);
  });

  it('need a line that names the columns', () => {
    for (const csv of ['', 'Keys,AKIA\n', 'name,regex\nKeys,AKIA'])
      expect(() => readOldPatterns(csv)).toThrow(expect.objectContaining({ code: 'rule-invalid' }));
  });
});
