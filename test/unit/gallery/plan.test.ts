import { planName } from '@watchpost/gallery/changes/plan';
import { defaultReferenceSettings } from '@watchpost/gallery/decide/references';
import { createExactIndex } from '@watchpost/gallery/memory/index/exact-index';
import { createMirror } from '@watchpost/gallery/memory/mirror';
import { describe, expect, it } from 'vitest';
import { storedPerson } from '../../support/gallery-samples.ts';

const never = new AbortController().signal;
const unused = async (): Promise<never> => Promise.reject(new Error('a rename reads nothing from the database'));

describe('renaming a person', () => {
  const rename = async (from: string, to: string) => {
    const mirror = createMirror(createExactIndex);
    mirror.apply({ persons: [storedPerson('p', { name: from })], faces: [], pairs: [] });
    const database = { sightings: { find: unused, crop: unused, ofPersons: unused }, store: { crop: unused } };
    const deps = { mirror, vectorsOf: unused, references: defaultReferenceSettings, ...database };
    const { change } = await planName(deps, mirror.head, { person: from, to }, never);
    return change.changeset()?.persons;
  };

  it.each(['Ada', ' Ada ', 'A\u200Bda'])('to the name that they have is refused: %j', async (same) => {
    await expect(rename('Ada', same)).rejects.toMatchObject({
      code: 'change-refused',
      message: expect.stringContaining('is called "Ada" already'),
    });
  });

  it('to another spelling of it is a change', async () => {
    expect(await rename('Ada', 'ADA')).toMatchObject([{ id: 'p', set: { name: 'ADA' } }]);
    expect(await rename('Jose\u0301', 'José')).toMatchObject([{ id: 'p', set: { name: 'José' } }]);
  });
});
