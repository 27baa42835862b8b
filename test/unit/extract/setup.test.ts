import { expect, it } from 'vitest';
import { defaultLimits } from '@watchpost/extract/extract';
import { isPlace } from '@watchpost/extract/place';
import { createReading, SetupError } from '@watchpost/extract/reading';

const silent = { format: () => undefined, text: () => undefined, unread: () => undefined };

it('does not blame a file for what is missing in the installation', async () => {
  const reading = createReading(defaultLimits, false, async () => undefined, silent);
  const missing = Object.assign(new Error('no such module'), { code: 'ERR_MODULE_NOT_FOUND' });
  for (const error of [missing, new SetupError('no engine')]) {
    await expect(
      reading.part('page 1', async () => {
        throw error;
      }),
    ).rejects.toBe(error);
  }
});

it.each(['', 'page 3', 'entry 4 / page 1', 'entry 2: name', 'sheet 1 / attributes', 'name'])('takes %j for a place', (where) => {
  expect(isPlace(where)).toBe(true);
});

it.each(['hunter2', 'page hunter2', 'page 3 hunter2', 'entry 1: hunter2', 'page 3\nhunter2', 'page 4111111111111111', ' '])(
  'takes %j for none',
  (where) => {
    expect(isPlace(where)).toBe(false);
  },
);
