import type { Document } from 'mongodb';

/**
 * How edits by hand are found. Each person document keeps in `own` the fields that people edit, as watchpost last wrote or adopted
 * them. A document whose fields differ from its `own`, or that has none, was edited. The database compares them itself.
 */
const defaults = { name: null, number: null, aliases: [], ignored: false, mergedInto: null, deleted: false };

/** Bytes of BSON. `own` keeps only the length of a longer value: a copy could make the document too large to be written again. */
const longestKept = 1_000;

/** What `own` keeps for this value. */
export function markOf(value: unknown): Document {
  const bytes = { $bsonSize: { value: '$$value' } };
  return { $let: { vars: { value }, in: { $cond: [{ $gt: [bytes, longestKept] }, { bytes }, '$$value'] } } };
}

/** What `own` keeps for a field as it is in the document. */
export function mark(field: keyof typeof defaults): Document {
  return markOf({ $ifNull: [`$${field}`, { $literal: defaults[field] }] });
}

/** `own` for the document as it is. The order of fields counts when MongoDB compares. */
export const present = {
  name: mark('name'),
  number: mark('number'),
  aliases: mark('aliases'),
  ignored: mark('ignored'),
  mergedInto: mark('mergedInto'),
  deleted: mark('deleted'),
} satisfies Record<keyof typeof defaults, Document>;

/** Whether somebody edited the person by hand and no change has adopted it. */
export const isEdited: Document = { $ne: ['$own', present] };

export function isWatched(field: string): field is keyof typeof defaults {
  return field in defaults;
}
