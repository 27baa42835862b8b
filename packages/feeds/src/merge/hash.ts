import { createHash } from 'node:crypto';
import type { Written } from '@watchpost/shared/chat/written';

/** Of what somebody wrote: the same for the same. Where the platform has a picture's file may change with each reading, and says nothing. */
export function hashOf({ blocks, pictures, otherFiles }: Written): string {
  const shown = pictures.map(({ id, name, mimeType, altText, title }) => ({ id, name, mimeType, altText, title }));
  return createHash('sha256')
    .update(canonical({ blocks, pictures: shown, otherFiles }))
    .digest('base64url')
    .slice(0, 22);
}

/** JSON with its fields sorted: they come in another order from a queue or a database. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) => {
    if (typeof each !== 'object' || each === null || Array.isArray(each)) return each;
    return Object.fromEntries(Object.entries(each).toSorted(([one], [other]) => (one < other ? -1 : 1)));
  });
}
