import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { standardEmoji } from '@watchpost/feeds/render/emoji';
import { fromRoot } from '../../../support/root.ts';

const data = (file: string): unknown => JSON.parse(readFileSync(fromRoot(`packages/feeds/node_modules/emojibase-data/en/${file}`), 'utf8'));

describe("Slack's names of emoji", () => {
  it.each([
    ['thumbsup', '👍'],
    ['+1', '👍'],
    ['heart', '❤️'],
    ['sunny', '☀️'],
    ['hash', '#️⃣'],
    ['flag-de', '🇩🇪'],
    ['de', '🇩🇪'],
    ['man-woman-girl-boy', '👨‍👩‍👧‍👦'],
    ['rainbow-flag', '🏳️‍🌈'],
    ['male-detective', '🕵️‍♂️'],
  ])('%s', (name, emoji) => expect(standardEmoji(name)).toBe(emoji));

  it('all come out as the Unicode Standard writes them in full', () => {
    const { shortcodes, emoji } = {
      shortcodes: z.record(z.string(), z.union([z.string(), z.array(z.string())])).parse(data('shortcodes/iamcal.json')),
      emoji: z.array(z.object({ hexcode: z.string(), unicode: z.string() })).parse(data('compact.json')),
    };
    // The data ask for the coloured form of those too that have no other.
    const expected = emoji.flatMap(({ hexcode, unicode }) =>
      [shortcodes[hexcode] ?? []].flat().map((name) => [name, unicode.replaceAll(/(\p{Emoji_Presentation})\uFE0F/gu, '$1')] as const),
    );
    expect(expected.length).toBeGreaterThan(1_850);
    expect(expected.filter(([name, unicode]) => standardEmoji(name) !== unicode)).toEqual([]);
  });

  it.each(['partyparrot', '', 'constructor', '__proto__'])('"%s" is none of them', (name) => expect(standardEmoji(name)).toBeNull());
});
