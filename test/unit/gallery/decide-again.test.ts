import { decideAgain } from '@watchpost/gallery/decide/decide-again';
import { describe, expect, it } from 'vitest';

const settings = { match: 0.65, uncertain: 0.58, margin: 0.04 };
const compared = (similarity: number) => ({ personId: `p${similarity}`, faceId: 'f', similarity });
const again = (best: number | null, second: number | null, over: Partial<typeof settings> = {}, mayBeSame = false) => {
  const evidence = { ...settings, negative: null, rules: 1 };
  const found = { best: best === null ? null : compared(best), second: second === null ? null : compared(second) };
  return decideAgain({ ...evidence, ...found }, { ...settings, ...over }, mayBeSame);
};

describe('deciding again from the evidence', () => {
  it('judges the best person by the thresholds', () => {
    expect([again(0.66, null), again(0.64, null), again(0.57, null), again(null, null)]).toEqual([
      'person',
      'uncertain',
      'stranger',
      'stranger',
    ]);
    expect([again(0.66, null, { match: 0.67 }), again(0.64, null, { match: 0.6 }), again(0.57, null, { uncertain: 0.5 })]).toEqual([
      'uncertain',
      'person',
      'uncertain',
    ]);
  });

  it('knows the rival, unless the two may be one', () => {
    expect([again(0.7, 0.67), again(0.7, 0.65), again(0.7, 0.67, { margin: 0.02 })]).toEqual(['uncertain', 'person', 'person']);
    expect([again(0.7, 0.67, {}, true), again(0.64, 0.63, {}, true)]).toEqual(['person', 'uncertain']);
    // A second person below `uncertain` is no rival.
    expect(again(0.66, 0.57, { margin: 0.2 })).toBe('person');
  });
});
