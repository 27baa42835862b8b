/** What came of a snapshot, in words, in the order in which they are shown. */
export const outcomeWords: Readonly<Record<string, string>> = {
  faces: 'with faces',
  none: 'without a face',
  'too-small': 'faces too small',
  blurred: 'faces blurred or turned away',
  'too-dark': 'too dark',
  masked: 'faces in masked parts only',
  'same-as-before': 'the same as before',
  skipped: 'skipped: too many waited',
  'not-an-image': 'no picture that can be read',
  failed: 'failed',
};

/** Which colour a result has. */
export const outcomeTones: Readonly<Record<string, string>> = {
  faces: 'good',
  none: 'plain',
  'same-as-before': 'faint',
  'too-small': 'poor',
  blurred: 'poor',
  'too-dark': 'poor',
  masked: 'plain',
  skipped: 'bad',
  'not-an-image': 'bad',
  failed: 'bad',
};
