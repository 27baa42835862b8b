import { planName } from '@watchpost/gallery/changes/plan';
import { createExactIndex } from '@watchpost/gallery/memory/index/exact-index';
import { createMirror } from '@watchpost/gallery/memory/mirror';
import { describe, expect, it } from 'vitest';

describe('renaming a person', () => {
  const rename = (from: string, to: string) => {
    const mirror = createMirror(createExactIndex);
    const common = { aliases: [], ignored: false, mergedInto: null, deleted: false, createdAtMs: 0, version: 1 };
    mirror.apply({ persons: [{ ...common, id: 'p', name: from, number: null }], faces: [] });
    return planName(mirror, mirror.head, { person: from, to }, 40).change.changeset()?.persons;
  };

  it('to the name that they have is refused', () => {
    for (const same of ['Ada', ' Ada ', 'A\u200Bda']) {
      expect(() => rename('Ada', same)).toThrow(
        expect.objectContaining({ code: 'change-refused', message: expect.stringContaining('is called "Ada" already') }),
      );
    }
  });

  it('to another spelling of it is a change', () => {
    expect(rename('Ada', 'ADA')).toMatchObject([{ id: 'p', set: { name: 'ADA' } }]);
    expect(rename('Jose\u0301', 'José')).toMatchObject([{ id: 'p', set: { name: 'José' } }]);
  });
});
