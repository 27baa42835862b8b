import type { Replacement } from '@watchpost/gallery/archive/archive-store';

/** Of a gallery, which nobody checks. */
export const replacement = (version: number): Replacement => ({
  head: { version, nextNumber: version },
  scope: 'gallery',
  forgotten: null,
  noted: null,
  check: () => Promise.resolve(),
});
