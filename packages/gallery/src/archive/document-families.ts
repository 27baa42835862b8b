/**
 * The families of documents that a backup leaves out, and why: they say what the processes of this place are doing at this moment. All
 * others are backed up, also those of a later release. `kept` is the list of those that somebody has thought about: a test fails where a
 * family is in neither.
 */
export const leftOut: Readonly<Record<string, string>> = {
  database: 'which history of which database this is: a restored one begins another',
  lease: 'which process works on what now',
  turn: 'which worker posts next in a channel now',
  process: 'which processes run now',
  presence: 'which processes run now',
  doctor: 'what a worker found when it examined this installation',
  rate: 'what was counted in the last minutes, for limits',
  'console-session': 'who is signed in to the console now: whoever restores signs in again',
  'console-attempts': 'what was counted in the last hour, for limits',
  'console-link': 'which links of the last day have been used',
  'update-order': 'which updates of the last minutes came in which order',
  'feed-log': 'what changed in the last two days, by numbers that begin anew with another history: readers read everything again',
  'feed-log-start': 'where these numbers began',
};

/** Families that are backed up, by what they are about. */
export const kept: readonly string[] = [
  // Rules and what they found. What violations said stays sealed, as it is stored.
  'rules',
  'rule-change',
  'rule-lines',
  'violation',
  'quarantine',
  'quarantine-part',
  'quarantine-access',
  'restored-file',
  // Feeds.
  'entry',
  'feed-decision',
  'feed-closings',
  'feed-member',
  'feed-channel',
  'feed-emoji',
  'feed-picture',
  'feed-picture-part',
  // Visits, and what is posted about them.
  'visit',
  'camera-visits',
  'subscriptions',
  'notice',
  'deed',
  'asked-picture',
  'home',
  'cursor',
  // Conversations and access.
  'talk-access',
  'talk-access-audit',
  'talk-code',
  'talk-stranger',
  'registration',
  'personal-audit',
  'dialog',
  'talk-line',
  'talk-hinted',
  'talk-menu',
  'talk-moved',
  'private-log',
  'private-log-entry',
  'quote',
  'quote-place',
  'quote-tag',
  'conversion',
  'conversion-audit',
  'kept-file',
  'kept-file-piece',
  // Jobs on a schedule, files that were brought elsewhere, alerts, and up to where messages were read.
  'schedule-run',
  'schedule-item',
  'delivery',
  'alert',
  'alert-bulletin',
  'intake',
  // Settings, consent, and what changed them.
  'camera-settings',
  'camera-settings-change',
  'queue-change',
  'console-log',
  'consent',
  'shown-post',
  'receipt',
];
