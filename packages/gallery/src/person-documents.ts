/** Documents that say something of one person: their id is the person's, and they go with the person. */
export const aboutOnePerson = 'consent';
/** Documents that name persons for longer than sightings do, by the key of each. */
export const keyedByPersons = 'shown-post';
/** Documents, a few, that name persons in their bodies only, each as `personId`. */
export const namingInBody = 'subscriptions';

/** The key of a document that names this person. */
export const personKey = (personId: string): string => `person:${personId}`;
