/** What stands where a secret belongs in examples, templates and code. */
const words =
  /example|sample|placeholder|dummy|change[-_ ]?me|changeit|replace[-_ ]?(?:me|with|this)|insert[-_ ]|your[-_ ]|[-_ ]here$|^(?:my|the|your|some|a)[-_](?:token|key|secret|password|passwort|api)|redact|hidden|masked|removed|geheim(?:nis)?$|^(?:to|api|auth|access)[-_]?(?:ken|key)$|todo|fixme|\btbd\b|foobar|^null$|^none$|^undefined$|^true$|^false$|^string$/iu;
const templates =
  /\$\{|\$\(|\{\{|\}\}|<[\p{L}_ -]+>|^<|%\(|%[A-Z_]{2,}%|^%s|^\$[A-Za-z_]|\*{3,}|•{2,}|\.{3}|…|#\{|\[[\p{L}_ -]+\]|^@|^\{[\w.-]*\}?$|x{5,}|X{4,}|_{4,}|-{4,}/u;

/** Whether this stands for a secret instead of being one. */
export const isPlaceholder = (value: string): boolean => words.test(value) || templates.test(value) || isMonotonous(value);

/** So few different characters are filled in, not drawn. */
function isMonotonous(value: string): boolean {
  const different = new Set(value.toLowerCase()).size;
  return value.length >= 8 && different <= Math.min(4, value.length / 4);
}

/** Bits for each character, as they are distributed in it. */
export function entropyOf(value: string): number {
  const counts = new Map<string, number>();
  for (const character of value) counts.set(character, (counts.get(character) ?? 0) + 1);
  let entropy = 0;
  for (const count of counts.values()) entropy -= (count / value.length) * Math.log2(count / value.length);
  return entropy;
}
