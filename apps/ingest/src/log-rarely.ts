/** Once a minute is enough for what strangers can cause as often as they like. Milliseconds. */
const everyMs = 60_000;

/** Writes a line of one kind; `times`: how often it would have been written since the last one. */
export type LogRarely = (kind: string, write: (times: number) => void) => void;

/** Writes the first line of a kind at once, and then at most one a minute. The kinds are ours: none comes from outside. */
export function createLogRarely(now: () => number): LogRarely {
  const kinds = new Map<string, { lastMs: number; held: number }>();
  return (kind, write) => {
    const last = kinds.get(kind);
    if (last && now() - last.lastMs < everyMs) {
      last.held += 1;
      return;
    }
    kinds.set(kind, { lastMs: now(), held: 0 });
    write((last?.held ?? 0) + 1);
  };
}
