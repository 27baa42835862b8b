import { toGalleryError } from '@watchpost/gallery/stores/postgres/errors';
import { DatabaseError } from 'pg';
import { expect, it } from 'vitest';

it.each([
  ['53100', 'gallery-unavailable', 'the disk of PostgreSQL is full: make room there'],
  ['25006', 'gallery-unavailable', 'PostgreSQL takes no writes: it is a standby, or read-only'],
  ['57P01', 'gallery-unavailable', 'the operation on PostgreSQL failed'],
  ['22021', 'gallery-refused', 'PostgreSQL does not take this data'],
])('of PostgreSQL’s error %s a person is told what to do, and never what the data was', (state, code, message) => {
  const error = Object.assign(new DatabaseError('(name)=(Ada)', 0, 'error'), { code: state });
  expect(toGalleryError(error)).toMatchObject({ code, message });
});
