import { createRequire } from 'node:module';
import { z } from 'zod';

/** Slack's names by code points: `{ "1F44D": ["+1", "thumbsup"], "2764": "heart" }`, without the selector that asks for the coloured form. */
const namesByCode = z.record(z.string(), z.union([z.string(), z.array(z.string())]));

const require = createRequire(import.meta.url);

const coloured = '\uFE0F';

/** `2764` as people see it: with the selector where a character would else be drawn as a letter is. */
function emojiOf(code: string): string {
  const points = code.split('-').map((point) => String.fromCodePoint(Number.parseInt(point, 16)));
  return points
    .filter((point) => point !== coloured)
    .map((point) => (/^\p{Emoji}$/u.test(point) && !/^\p{Emoji_Presentation}$/u.test(point) ? point + coloured : point))
    .join('');
}

let table: ReadonlyMap<string, string> | null = null;

function read(): ReadonlyMap<string, string> {
  const codes = namesByCode.parse(require('emojibase-data/en/shortcodes/iamcal.json'));
  return new Map(Object.entries(codes).flatMap(([code, names]) => [names].flat().map((name) => [name, emojiOf(code)] as const)));
}

/** The emoji that Slack knows by a name, without colons: `thumbsup`. Null: there is no such one, as with those of the workspace's own. */
export function standardEmoji(name: string): string | null {
  table ??= read();
  return table.get(name) ?? null;
}
