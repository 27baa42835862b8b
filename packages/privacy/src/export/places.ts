/** Where an export has what a place holds of a person: the files, or why it is in none, in words for that person. */
export type InExport = { files: readonly string[] } | { leftOut: string };

const board = 'what boards say of visits: the same as in visits.json';
const talk = 'half-finished conversations of others with the bot';
const copies = 'copies of what is listed here, as long as a program runs';
const deeds = 'what others typed or pressed below posts, kept for a day or until it is carried out';

/**
 * Everywhere where something of a person may be, by what receipts call it: all that forgetting erases. Whoever adds a place says here what
 * an export has of it.
 */
export const placesInExport = {
  names: { files: ['person.json'] },
  faces: { files: ['faces.json'] },
  'pictures of faces': { files: ['faces/'] },
  sightings: { files: ['sightings-0001.json'] },
  'pictures of sightings': { files: ['sightings/'] },
  'last seen': { files: ['person.json'] },
  'audit entries with names': { files: ['audit.json'] },
  'snapshot records': { files: ['records.json'] },
  consent: { files: ['person.json', 'audit.json'] },
  subscriptions: { files: ['subscriptions.json'] },
  'digests and messages': { files: ['notices.json'] },
  visits: { files: ['visits.json'] },
  'posts and pictures': { files: ['posts.json'] },
  clicks: { leftOut: deeds },
  jobs: { leftOut: deeds },
  'entries of boards': { leftOut: board },
  conversations: { leftOut: talk },
  'memory of processes': { leftOut: copies },
} as const satisfies Record<string, InExport>;

/** What receipts call a place. One that is not above does not compile. */
export type PlaceName = keyof typeof placesInExport;
