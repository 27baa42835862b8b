/** What the proof does to the pair. `--without` leaves classes out, `--only` leaves all others out. */
export const faultClasses = [
  /** By Slack's Web API, its file server and its uploads. */
  'rate',
  'errors',
  'pages',
  'cuts',
  'late',
  /** For a while, until somebody repairs it: the token is not accepted; the bot is in the results channel no longer. */
  'token',
  'membership',
  /** By Slack's events: duplicates, and files that are broken, gone or no picture. */
  'duplicates',
  'broken',
  /** By the machine: SIGKILL of processes, and of stores; SIGSTOP of stores; a full disk. */
  'kills',
  'restarts',
  'freezes',
  'disk',
] as const;
export type FaultClass = (typeof faultClasses)[number];
export type Faults = ReadonlySet<FaultClass>;

/** The classes that are left, of the two options. */
export function faultsOf(without: readonly string[], only: readonly string[]): Faults {
  return new Set(faultClasses.filter((each) => !without.includes(each) && (only.length === 0 || only.includes(each))));
}
