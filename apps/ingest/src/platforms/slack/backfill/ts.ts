/** A time as Slack writes it. Pure. */
export const toTs = (ms: number): string => (Math.max(0, ms) / 1_000).toFixed(6);

/** Milliseconds since 1970. Pure. */
export const toMs = (ts: string): number => Math.round(Number(ts) * 1_000);

/** As Slack orders them: a ts has ten digits and six; as numbers they lose their last ones. Pure. */
export function compareTs(a: string, b: string): number {
  const [secondsA = '', restA = ''] = a.split('.');
  const [secondsB = '', restB = ''] = b.split('.');
  return Number(secondsA) - Number(secondsB) || Number(restA.padEnd(9, '0')) - Number(restB.padEnd(9, '0'));
}
