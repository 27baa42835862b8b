import { nameKey } from '@watchpost/gallery/names';

/** Scripts that write no spaces between words: a name may stand anywhere. */
const unspaced = String.raw`\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}`;
const beginsUnspaced = new RegExp(`^[${unspaced}]`, 'u');
const endsUnspaced = new RegExp(`[${unspaced}]$`, 'u');

/** Whether a text has one of these names in it as a word, however it is spelled that the gallery takes for the same name. Pure. */
export function namesIn(text: string, names: readonly string[]): boolean {
  const words = names.map((name) => nameKey(name)).filter(Boolean);
  if (words.length === 0) return false;
  const any = words.map((word) => {
    const before = beginsUnspaced.test(word) ? '' : String.raw`(?<![\p{L}\p{M}\p{N}])`;
    const after = endsUnspaced.test(word) ? String.raw`(?!\p{M})` : String.raw`(?![\p{L}\p{M}\p{N}])`;
    return before + word.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`) + after;
  });
  return new RegExp(any.join('|'), 'u').test(nameKey(text));
}
