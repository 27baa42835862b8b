import { cleanText, cut, shownText } from '@watchpost/shared/text';
import { cameraName, fileName, snapshotJobSchema } from '@watchpost/shared/jobs/snapshot-job';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { snapshotJob } from '../../support/factories.ts';

const limit = { characters: 10, units: 40 };
const family = '👨‍👩‍👧‍👦';
const england = '🏴\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}';

describe('clean text', () => {
  it.each([
    ['NUL and control characters', 'A\u0000d\u001B\u007Fa', 'Ada'],
    ['halves of characters', 'A\uD83Dd\uDE00a', 'Ada'],
    ['zero-width spaces', 'A\u200Bd\u2060a\uFEFF', 'Ada'],
    ['overrides of direction', '\u202Elive\u202C \u2066x\u2069', 'live x'],
    ['joiners that join nothing', 'A\u200Dd\u200Ca\u200D', 'Ada'],
    ['fillers', 'A\u3164d\u034Fa', 'Ada'],
    ['hidden tags', 'Ada\u{E0041}\u{E0042}', 'Ada'],
    ['breaks', 'Ada\r\n\tL\u2028x', 'Ada L x'],
  ])('has no %s', (_what, text, clean) => {
    expect(cleanText(text, limit)).toBe(clean);
  });

  it.each([family, england, '🏴‍☠️', '👩🏽‍🔧', 'نیم\u200Cفاصله', 'क्\u200Dष', '❤️'])('keeps what needs joiners, selectors or tags: %s', (text) => {
    expect(cleanText(text, limit)).toBe(text);
  });

  it('is composed, so that it is one text however it was typed', () => {
    expect(cleanText('Jose\u0301', limit)).toBe('José');
    expect(cleanText('e\u200D\u0301', limit)).toBe('é');
  });

  it('ends with a whole character, whichever limit is reached', () => {
    expect(cut(`123456789${family}x`, limit)).toBe(`123456789${family}`);
    expect(cut(family.repeat(4), limit)).toBe(family.repeat(3));
    for (let units = 22; units < 33; units += 1) expect(cut(family.repeat(4), { characters: 10, units })).toBe(family.repeat(2));
    expect(cut('😀'.repeat(30), { characters: 100, units: 9 })).toBe('😀'.repeat(4));
    expect(cut(`a${'\u0316'.repeat(50)}`, limit)).toBe('');
  });

  it('can be stored and sent anywhere, stays within its limits, and is its own clean text', { timeout: 30_000 }, () => {
    const units = fc.constantFrom(
      ...Array.from('aé1 \u0000\u0007\u200B\u200C\u200D\u202E\u2060\uFE0F\u0301ن🏴👩👧\u{E0067}\u{E007F}'),
      '\uD83D',
      '\uDE00',
    );
    const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 80 }), fc.string({ unit: units, maxLength: 80 }));
    fc.assert(
      fc.property(text, (raw) => {
        const clean = cleanText(raw, limit);
        expect(clean).not.toMatch(/[\p{Cc}\p{Cs}\u200B\u202A-\u202E\u2060\uFEFF]/u);
        expect(clean.length).toBeLessThanOrEqual(limit.units);
        expect(cleanText(clean, limit)).toBe(clean);
      }),
      { numRuns: 300 },
    );
  });

  it('takes no time over a text made to take time', () => {
    const before = process.cpuUsage();
    for (const piece of ['\u200D', '\u0301\u200D', 'ن\u0301', '\u{E0041}', '🏴\u{E0067}', '👩🏽', '\u202E '])
      cleanText(piece.repeat(200_000), { characters: 255, units: 1_000 });
    // Of the processor: the machine may be busy with other tests.
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(1_000);
  });

  it('is null where there is nothing to see', () => {
    expect(shownText('\u200B \u0000\u3164', limit)).toBeNull();
    expect(shownText(' Ada ', limit)).toBe('Ada');
  });
});

describe('the names in a job', () => {
  it('are cut to 120 and 255 characters, never within one', () => {
    expect(cameraName(family.repeat(200))).toBe(family.repeat(54));
    expect(cameraName('é'.repeat(200))).toHaveLength(120);
    expect(fileName(`${'n'.repeat(254)}😀.png`)).toBe(`${'n'.repeat(254)}😀`);
  });

  it('are cleaned when a job is read, whoever queued or stored it', () => {
    const job = snapshotJob();
    const read = snapshotJobSchema.parse({ ...job, camera: ' Front\u0000 \u202Edoor', file: { ...job.file, name: 'x'.repeat(300) } });
    expect(read.camera).toBe('Front door');
    expect(read.file.name).toHaveLength(255);
    expect(snapshotJobSchema.parse({ ...job, camera: '\u200B' }).camera).toBeNull();
  });
});
