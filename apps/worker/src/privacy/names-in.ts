/** Whether a text has one of these names in it as a word, whatever the case. Pure. */
export function namesIn(text: string, names: readonly string[]): boolean {
  const words = names.map((name) => name.trim()).filter(Boolean);
  if (words.length === 0) return false;
  const any = words.map((name) => name.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`)).join('|');
  return new RegExp(String.raw`(?<![\p{L}\p{N}])(?:${any})(?![\p{L}\p{N}])`, 'iu').test(text);
}
