import { meanBrightness } from '@watchpost/see/picture/fingerprint';
import { describe, expect, it } from 'vitest';

describe('the brightness of a frame', () => {
  it.each([
    ['black', [0, 0, 0, 0], 0],
    ['white', [255, 255], 255],
    ['half of each', [0, 255, 255, 0], 127.5],
    ['no cell', [], 0],
  ])('%s', (_, cells, mean) => expect(meanBrightness({ brightness: Uint8Array.from(cells) })).toBe(mean));
});
