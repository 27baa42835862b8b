import { encodeTarget, isViolationTarget, parseTarget, type ButtonTarget, type Post } from '@watchpost/shared/chat/post';
import type { RichText } from '@watchpost/shared/chat/rich-text';
import { hashOf, postOf, undoableMs, type PostFacts } from '@watchpost/visits/post';
import type { Visitor } from '@watchpost/visits/visit-view';
import { describe, expect, it } from 'vitest';
import { startMs, viewOf, visitOf, visitor } from '../../support/visit-samples.ts';

const ada = visitor(1);
const stranger = visitor(2, { standing: 'unknown', person: { id: 'u7', name: 'Unknown 7' }, sureness: 'very likely' });
const unsure = visitor(3, { standing: 'uncertain', person: null, could: { id: 'ada', name: 'Ada' }, sureness: null });
const postman = visitor(4, { standing: 'ignored', person: { id: 'postman', name: 'Postman' } });

function posted(visitors: readonly Visitor[], over: Partial<PostFacts> = {}): Post {
  const facts = { visit: visitOf(), view: viewOf(visitors), links: [], names: new Map(), pictureOf: 'a', timeZone: 'UTC' };
  return postOf({ ...facts, nowMs: startMs + 60_000, ...over });
}

const plain = (text: RichText): string => text.map((run) => run.text).join('');
const lines = ({ sections }: Post): string[] => sections.flatMap(({ text }) => plain(text).split('\n'));
/** Buttons and menu of a line, as `Yes · No | Not a face`. */
const controls = ({ sections }: Post, index: number): string =>
  [sections[index]!.buttons, sections[index]!.menu].map((list) => list.map(({ label }) => label).join(' · ')).join(' | ');

describe('the words of a visit’s post', () => {
  it('say where, from when to when, from how many snapshots, who, and how sure', () => {
    const view = viewOf([ada, stranger, unsure, postman], { toMs: startMs + 180_000, snapshots: 6, tooFar: 2, tooUnclear: 1 });
    const post = posted([], { view });
    expect(lines(post)).toEqual([
      'Front door · 22:13–22:16 · 6 snapshots',
      '1: Ada · sure',
      '2: Unknown 7 · seen before',
      '3: not sure · Could 3 be Ada?',
      '4: ignored',
      'and 2 too far away, 1 too unclear',
    ]);
    expect(post.summary).toBe('Front door: Ada, Unknown 7, somebody, not sure who, and 2 too far away, 1 too unclear');
    expect(post.sections[0]?.text.flatMap(({ time }) => time ?? [])).toEqual([
      { atMs: startMs, format: 'time' },
      { atMs: startMs + 180_000, format: 'time' },
    ]);
  });

  it('are as sure as the faces are', () => {
    const [, line] = lines(posted([visitor(1, { sureness: 'very likely' })]));
    expect(line).toBe('1: Ada · very likely');
    expect(lines(posted([visitor(1, { sureness: null })]))[1]).toBe('1: Ada');
    expect(lines(posted([{ ...stranger, isNew: true }]))[1]).toBe('2: Unknown 7 · new');
    expect(lines(posted([{ ...unsure, contradictory: true }]))[1]).toBe('3: not sure · two names were found · Could 3 be Ada?');
  });

  it('say who said so', () => {
    const post = posted([visitor(1, { saidBy: 'slack:U1', sureness: 'said' }), visitor(2, { saidBy: 'cli', sureness: 'said' })]);
    expect(lines(post).slice(1)).toEqual(['1: Ada · said by U1', '2: Ada · said by cli']);
    expect(post.sections[1]?.text.flatMap(({ member }) => member ?? [])).toEqual(['U1']);
  });

  it('go on saying whom readers said that somebody is not, by that person’s name of now', () => {
    const said = [
      { number: 3, notPerson: 'ada' },
      { number: 3, notPerson: 'gone' },
      { number: 1, notPerson: 'ada' },
    ];
    const post = posted([ada, { ...unsure, could: null }], { visit: visitOf(['a'], { said }), names: new Map([['ada', 'Ada Lovelace']]) });
    expect(lines(post).slice(1)).toEqual(['1: Ada · sure', '3: not sure · not Ada Lovelace']);
  });

  it('leave out what is not known', () => {
    const [headline] = lines(posted([ada], { visit: visitOf(['a'], { camera: null }) }));
    expect(headline).toBe('22:13 · 1 snapshot');
    expect(posted([ada], { pictureOf: null }).picture).toBeNull();
    expect(lines(posted([], { view: viewOf([], { tooFar: 1 }) }))[1]).toBe('1 too far away to recognise');
  });

  it('have the date where it was not posted on the same day, and do not gain it later', () => {
    const tomorrow = startMs + 24 * 3_600_000;
    const progress = { state: 'posted', fileId: null, uploadedAtMs: null, askedAtMs: startMs + 5_000, messageId: '1' } as const;
    expect(lines(posted([ada], { nowMs: tomorrow }))[0]).toBe('Front door · 14 Nov 2023 22:13 · 1 snapshot');
    const edited = posted([ada], { nowMs: tomorrow, visit: visitOf(['a'], { post: { channel: 'slack:C2', progress } }) });
    expect(lines(edited)[0]).toBe('Front door · 22:13 · 1 snapshot');
  });

  it('link to the snapshots', () => {
    const link = (snapshotId: string) => ({ snapshotId, url: `https://example.test/${snapshotId}` });
    expect(posted([ada], { links: [link('a')] }).footer).toEqual([{ text: 'snapshot', link: 'https://example.test/a' }]);
    const several = posted([ada], { links: [link('a'), link('b')] }).footer;
    expect(plain(several)).toBe('snapshots: 1 · 2');
    expect(several.flatMap(({ link }) => link ?? [])).toEqual(['https://example.test/a', 'https://example.test/b']);
  });

  it('describe the picture to those who cannot see it, without a doubtful name', () => {
    const { picture } = posted([ada, unsure, postman, visitor(5, { faces: [{ snapshotId: 'other', position: 0 }] })]);
    expect(picture).toEqual({ title: 'Front door', altText: 'Snapshot at Front door with 3 faces marked: 1: Ada, 3, 4: ignored.' });
    expect(posted([unsure]).summary).toBe('Front door: somebody, not sure who');
    expect(posted([unsure, { ...unsure, number: 9 }, postman]).summary).toBe('Front door: 2 not sure who');
    expect(posted([postman]).summary).toBe('Front door: ignored');
    expect(posted([], { view: viewOf([], { tooFar: 2 }) }).picture?.altText).toBe('Snapshot at Front door: 2 too far away to recognise.');
  });
});

describe('what can be done below a post', () => {
  it('is a menu for a named person, and buttons where something is to be said', () => {
    const post = posted([ada, stranger, unsure, postman, { ...unsure, number: 5, could: null }]);
    expect([1, 2, 3, 4, 5].map((index) => controls(post, index))).toEqual([
      ' | Not Ada · Somebody else… · Ignore Ada · Not a face · Seen before?',
      'This is… | Not Unknown 7 · Ignore · Not a face · Seen before?',
      'Yes · No · Somebody else… | Not a face · Seen before?',
      ' | Report again · Somebody else… · Not a face',
      'This is… | Not a face · Seen before?',
    ]);
    const asked = posted([{ ...stranger, isNew: true, could: { id: 'ada', name: 'Ada' } }]);
    expect(controls(asked, 1)).toBe('Yes · No · Somebody else… | Ignore · Not a face · Seen before?');
  });

  it('says about whom it is: the person shown, or asked about', () => {
    const post = posted([ada, unsure]);
    const target = (number: number, subject: string) => ({ visit: '0123456789abcdef0123', number, subject });
    expect(post.sections[1]?.menu[0]?.target).toEqual({ action: 'not', ...target(1, 'ada') });
    expect(post.sections[2]?.buttons.map((button) => button.target)).toEqual([
      { action: 'yes', ...target(3, 'ada') },
      { action: 'no', ...target(3, 'ada') },
      { action: 'is', ...target(3, 'ada') },
    ]);
  });

  it('fits what platforms carry, for the longest ids and names', () => {
    const person = { id: '0f8fad5b-d9cb-469f-a165-70867728950e', name: '👨‍👩‍👧‍👦'.repeat(80) };
    const post = posted([visitor(999, { person }), { ...unsure, number: 998, could: person }]);
    const all = post.sections.flatMap(({ buttons, menu }) => [...buttons, ...menu]);
    expect(all.length).toBeGreaterThan(8);
    for (const { label, target } of all) {
      expect(label.length).toBeLessThanOrEqual(75);
      expect(encodeTarget(target).length).toBeLessThanOrEqual(75);
      expect(parseTarget(encodeTarget(target))).toEqual(target);
    }
  });

  it.each([1, 12, 40])('is there for the 12 largest of %i faces, and a hint says so', (count) => {
    const name = (index: number) => `${'Ada '.repeat(19)}${String(index).padStart(4, '0')}`;
    const crowd = Array.from({ length: count }, (_, index) =>
      visitor(index + 1, {
        person: { id: `p${index}`, name: name(index) },
        sizePx: 100 + ((index * 7) % 40),
        faces: [{ snapshotId: 'a', position: index }],
      }),
    );
    const post = posted(crowd);
    const withMenu = post.sections.filter(({ menu }) => menu.length > 0);
    expect(withMenu).toHaveLength(Math.min(count, 12));
    const least = Math.min(
      ...crowd
        .toSorted((a, b) => b.sizePx - a.sizePx)
        .slice(0, 12)
        .map(({ sizePx }) => sizePx),
    );
    const numberOf = (target: ButtonTarget): number => (isViolationTarget(target) ? Number.NaN : target.number!);
    for (const { menu } of withMenu) expect(crowd[numberOf(menu[0]!.target) - 1]!.sizePx).toBeGreaterThanOrEqual(least);
    expect(lines(post).includes('The 12 largest faces have buttons.')).toBe(count > 12);
    for (const { number } of crowd) expect(lines(post).filter((line) => line.startsWith(`${number}: `))).toHaveLength(1);
    for (const { text, buttons, menu } of post.sections) {
      expect(plain(text).length).toBeLessThanOrEqual(2_200);
      expect(Math.max(buttons.length, menu.length)).toBeLessThanOrEqual(5);
    }
    expect(post.sections.length).toBeLessThanOrEqual(17);
    expect(post.summary.length).toBeLessThanOrEqual(700);
  });
});

describe('undo', () => {
  const lastChange = { entry: 'e1', atMs: startMs, by: 'slack:U1', summary: '2 is {name}', person: 'ada' };
  const visit = visitOf(['a'], { lastChange });

  it('is offered for ten minutes, with what was changed by whom', () => {
    const post = posted([ada], { visit, names: new Map([['ada', 'Ada']]), nowMs: startMs + undoableMs - 1 });
    const section = post.sections.at(-1)!;
    expect(plain(section.text)).toBe('U1: 2 is Ada');
    expect(section.text[0]?.member).toBe('U1');
    expect(section.buttons).toEqual([{ label: 'Undo', target: { action: 'undo', visit: visit.id, number: null, subject: 'e1' } }]);
    expect(undoableMs).toBe(600_000);
  });

  it('says no name of somebody who was forgotten', () => {
    const post = posted([ada], { visit, names: new Map(), nowMs: startMs });
    expect(plain(post.sections.at(-1)!.text)).toBe('U1: 2 is somebody who was forgotten');
  });

  it('is gone after that', () => {
    const after = posted([ada], { visit, nowMs: startMs + undoableMs });
    expect(after).toEqual(posted([ada], { nowMs: startMs + undoableMs }));
  });
});

describe('the hash of a post', () => {
  it('tells whether it must be edited', () => {
    expect(hashOf(posted([ada]))).toBe(hashOf(posted([ada], { nowMs: startMs + 70_000 })));
    const others = [posted([stranger]), posted([visitor(1, { person: { id: 'ada', name: 'Ada L.' } })]), posted([ada, stranger])];
    expect(new Set([posted([ada]), ...others].map((post) => hashOf(post))).size).toBe(4);
  });
});
