/** All strings in something that was JSON, at any depth. Pure. */
export function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap((each) => stringsIn(each)) : [];
}
