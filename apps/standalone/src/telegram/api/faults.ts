/** What the Bot API answers to one call instead of doing what it asks. */
export type TelegramFault =
  | { answer: 'error'; code: number; description: string; retryAfterS?: number; migrateToChatId?: number; afterDoing?: boolean }
  /** HTML with this status, as a proxy in between sends. */
  | { answer: 'html'; status: number }
  /** Closes the connection, before or after it has done what was asked. */
  | { answer: 'cut'; afterDoing: boolean }
  | { answer: 'late'; ms: number };

/** What is to go wrong, in the order in which it was ordered. */
export interface Faults {
  add(method: string, fault: TelegramFault): void;
  next(method: string): TelegramFault | undefined;
}

export function createFaults(): Faults {
  const waiting = new Map<string, TelegramFault[]>();
  return {
    add: (method, fault) => {
      const key = method.toLowerCase();
      waiting.set(key, [...(waiting.get(key) ?? []), fault]);
    },
    next: (method) => waiting.get(method.toLowerCase())?.shift(),
  };
}
