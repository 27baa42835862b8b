import { compileCaptionPattern, defaultCaptionPattern } from '@watchpost/ingest/platforms/camera-caption';
import { cameraNameOf } from '@watchpost/ingest/platforms/slack/camera-name';
import { describe, expect, it } from 'vitest';

const named = (caption: string): string | null => cameraNameOf(caption, defaultCaptionPattern);

describe('the camera that a caption names', () => {
  it.each([
    ['Motion detected at Front door', 'Front door'],
    ['motion detected AT front door.', 'front door'],
    ['Person at Garage at 14:02', 'Garage'],
    ['Person at Garage on 2026-11-20 14:02:11', 'Garage'],
    ['Alert at 14:02 at Back yard', 'Back yard'],
    ['*Motion* detected at *Front door*!', 'Front door'],
    ['Motion detected at `cam-7`', 'cam-7'],
    ['Motion detected at <https://cams.example/7|Gate &amp; drive>', 'Gate & drive'],
    ['Somebody was seen\nMotion detected at Hall 2\n14 pictures', 'Hall 2'],
    ['Motion at Café Zürich', 'Café Zürich'],
    ['at Porch', 'Porch'],
    ['Motion detected at  Side   gate  ', 'Side gate'],
    ['Motion detected at front_door_2', 'front_door_2'],
  ])('%s', (caption, name) => {
    expect(named(caption)).toBe(name);
  });

  it.each([
    '',
    'Motion detected',
    'Motion at 14:02',
    'Motion at 2026-11-20 10:00',
    'That is what I say',
    'Look at',
    'flatbed',
    'Motion detected at ',
  ])('none: %s', (caption) => {
    expect(named(caption)).toBeNull();
  });

  it("follows the operator's own pattern", () => {
    const pattern = compileCaptionPattern(String.raw`^\[(.+?)\] `);
    expect(pattern).not.toBeNull();
    expect(cameraNameOf('[Front door] 3 persons', pattern!)).toBe('Front door');
    expect(cameraNameOf('Motion detected at Front door', pattern!)).toBeNull();
  });

  it.each(['(', 'no group', '(two) (groups)', '[', '(?:none)'])('refuses the pattern %s', (source) => {
    expect(compileCaptionPattern(source)).toBeNull();
  });

  it('is never longer than a job allows', () => {
    expect(cameraNameOf(`[${'x'.repeat(400)}] `, compileCaptionPattern(String.raw`^\[(.+)\]`)!)).toHaveLength(120);
  });

  it('takes no time over a text made to take time', () => {
    const before = performance.now();
    for (const text of [
      `at ${'a at 1 '.repeat(5_000)}`,
      `at ${' '.repeat(20_000)}x`,
      ' at'.repeat(20_000),
      `${'<'.repeat(30_000)}|`,
      '*a'.repeat(20_000),
    ]) {
      named(text);
    }
    expect(performance.now() - before).toBeLessThan(200);
  });
});
