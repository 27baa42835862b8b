/**
 * What pages are told about while it changes, each within a second. A topic says where something changed, never what: the page asks for what
 * it shows once more. `people`: persons and faces. `visits`: visits and their posts. `pictures`: snapshots that were looked at. `cameras`:
 * their settings. `queue`: jobs. `rules`, `violations`, `feeds`, `schedule`, `alerts`: documents of these. `system`: examinations and receipts. `log`: a change of anything.
 */
export const topics = [
  'people',
  'visits',
  'pictures',
  'cameras',
  'queue',
  'rules',
  'violations',
  'feeds',
  'schedule',
  'alerts',
  'system',
  'log',
] as const;
export type Topic = (typeof topics)[number];

/** A topic changed. */
export interface TopicChange {
  topic: Topic;
  /** Which of them, at most 100; absent: more, or not known. */
  ids?: string[];
}
