/** When a message was posted, if its id tells: Slack's are their time, in seconds. Whole milliseconds since 1970; null: this one does not. Pure. */
export function timeInId(messageId: string): number | null {
  return /^\d{9,11}\.\d{1,6}$/.test(messageId) ? Math.round(Number(messageId) * 1_000) : null;
}
