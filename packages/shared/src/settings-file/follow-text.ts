import { pause } from '../wait.ts';

export interface Following {
  /** As it was read last. */
  text: string;
  read: () => Promise<string>;
  take: (text: string) => void;
  /** Called once for each reason why the text cannot be read. */
  onUnreadable: (error: unknown) => void;
  everyMs: number;
}

/**
 * Reads a text again and again: whether its file was written, replaced or mounted anew, on whatever file system, the text tells. A new text
 * is taken once it was read twice in a row, because somebody may still be writing it. Resolves when the signal aborts.
 */
export async function followText({ text, read, take, onUnreadable, everyMs }: Following, signal: AbortSignal): Promise<void> {
  let taken = text;
  let before: string | null = null;
  let reason: string | null = null;
  while (await paused(everyMs, signal)) {
    try {
      const next = await read();
      reason = null;
      if (next === before && next !== taken && !signal.aborted) {
        taken = next;
        take(next);
      }
      before = next;
    } catch (error) {
      before = null;
      if (String(error) !== reason) onUnreadable(error);
      reason = String(error);
    }
  }
}

/** False once the signal has aborted. */
async function paused(ms: number, signal: AbortSignal): Promise<boolean> {
  return pause(ms, signal).then(
    () => !signal.aborted,
    () => false,
  );
}
