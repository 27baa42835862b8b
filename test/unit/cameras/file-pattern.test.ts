import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePattern, patternFault } from '@watchpost/cameras/file-pattern';

const match = (pattern: string, name: string) => compilePattern(pattern).match(name);

describe('patterns of file names', () => {
  it.each([
    ['front-*.jpg', 'front-2026.jpg'],
    ['front-*.jpg', 'FRONT-.JPG'],
    ['?.png', 'ß.png'],
    ['*', ''],
    ['*a*b*', 'xxaxxbxx'],
    ['cam.jpg', 'cam.jpg'],
  ])('%j takes %j', (pattern, name) => expect(match(pattern, name)).toBe(''));

  it.each([
    ['front-*.jpg', 'back-front-1.jpg'],
    ['front-*.jpg', 'front-1.jpeg'],
    ['?.png', '12.png'],
    // Neither a dot nor a bracket is anything but itself.
    ['cam.jpg', 'camxjpg'],
    ['[ab].jpg', 'a.jpg'],
  ])('%j does not take %j', (pattern, name) => expect(match(pattern, name)).toBeNull());

  it.each([
    ['{camera}_*.jpg', 'Gate_20261122_0700.jpg', 'Gate'],
    ['{camera}_????????_*.jpg', 'Back_yard_20261122_07.jpg', 'Back_yard'],
    ['snap-*-{camera}.*', 'SNAP-1-Front Door.jpg', 'Front Door'],
    ['{camera}', 'Gate.jpg', 'Gate.jpg'],
    ['IPC{camera}', 'IPC1', '1'],
  ])('%j finds the camera in %j', (pattern, name, camera) => expect(match(pattern, name)).toBe(camera));

  it.each([
    ['{camera}_*.jpg', '_1.jpg'],
    ['IPC{camera}', 'IPC'],
    ['{camera}_*.jpg', 'Gate.jpg'],
  ])('%j finds no camera in %j', (pattern, name) => expect(match(pattern, name)).toBeNull());

  it('takes what was made from it, with any text in the place of a star', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'B', '.', '-', '1', 'é', '𝒳'), maxLength: 12 });
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 5 }), fc.array(text, { minLength: 5, maxLength: 5 }), (parts, fills) => {
        const name = parts.map((part, index) => (index === 0 ? part : (fills[index] ?? '') + part)).join('');
        expect(match(parts.join('*'), name)).toBe('');
      }),
    );
  });

  it('is done at once with patterns that would keep a regular expression busy for years', () => {
    const startMs = performance.now();
    expect(match('*a'.repeat(127), `${'a'.repeat(5_000)}b`)).toBeNull();
    expect(performance.now() - startMs).toBeLessThan(2_000);
  });

  it.each([
    ['', 'is empty'],
    ['a/*.jpg', 'without folders'],
    ['{a,b}.jpg', 'no braces but {camera}'],
    ['{camera}-{camera}', 'once only'],
    ['*'.repeat(300), 'longer than 255 characters'],
  ])('%j is refused', (pattern, why) => expect(patternFault(pattern)).toContain(why));

  it.each(['front-*.jpg', '{camera}_*.jpg', '*'])('%j is fine', (pattern) => expect(patternFault(pattern)).toBeNull());
});
