/** Milliseconds. */
const recentMs = 600_000;

/** Whether something was read a moment ago: a process that was killed may have kept it without telling the followers, so they are told again. */
export const isRecent = ({ readAtMs }: { readAtMs: number }, nowMs: number): boolean => nowMs - readAtMs < recentMs;
