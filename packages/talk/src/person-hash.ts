import { createHash } from 'node:crypto';

/** A person, or anything else that a text names, as the id of a document. */
export const shortHash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 24);

/** What all documents of a person are found by. */
export const ownerKey = (owner: string): string => `owner:${owner}`;
