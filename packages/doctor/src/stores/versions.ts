/** Whether a version such as `6.0.5` is at least `wanted`, such as `4.4`. Pure. */
export function isAtLeast(version: string, wanted: string): boolean {
  const [have, need] = [version, wanted].map((text) => text.split('.').map((part) => Number.parseInt(part, 10) || 0));
  for (const [place, number] of (need ?? []).entries()) {
    const own = have?.[place] ?? 0;
    if (own !== number) return own > number;
  }
  return true;
}
