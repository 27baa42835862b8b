import { describe, expect, it } from 'vitest';
import { fitText, layoutLabels, maxResultSidePx, type LabelledBox, type PlacedLabel } from '@watchpost/worker/visit/annotate/layout';

const measure = (text: string, fontPx: number) => Array.from(text).length * fontPx * 0.6;
const face = (x: number, y: number, side = 60, text = '1 Ada'): LabelledBox => ({ box: { x, y, width: side, height: side }, text });
const labelOf = (placed: PlacedLabel | undefined): Rect => {
  if (!placed?.label) throw new Error('the face has no label');
  return placed.label;
};
interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}
const overlaps = (a: Rect, b: Rect) =>
  Math.min(a.x + a.width, b.x + b.width) > Math.max(a.x, b.x) && Math.min(a.y + a.height, b.y + b.height) > Math.max(a.y, b.y);

describe('layoutLabels', () => {
  it.each([
    [1920, 1080],
    [320, 240],
    [64, 64],
    [4000, 3000],
    [30, 2000],
  ])('keeps every label within a %d x %d picture, legible', (width, height) => {
    const corners = [face(0, 0, 20), face(width - 20, 0, 20), face(0, height - 20, 20), face(width - 20, height - 20, 20)];
    const layout = layoutLabels({ width, height }, corners, measure);
    expect(Math.max(layout.width, layout.height)).toBeLessThanOrEqual(maxResultSidePx);
    expect(layout.fontPx).toBeGreaterThanOrEqual(16);
    for (const label of layout.faces.map(labelOf)) {
      expect(label.x).toBeGreaterThanOrEqual(0);
      expect(label.y).toBeGreaterThanOrEqual(0);
      expect(label.y + label.height).toBeLessThanOrEqual(layout.height);
      // A strip narrower than one letter cannot hold a label.
      expect(label.x + label.width).toBeLessThanOrEqual(Math.max(layout.width, label.width));
    }
  });

  it('puts the label above its box where there is room', () => {
    const [placed] = layoutLabels({ width: 1280, height: 720 }, [face(400, 300)], measure).faces;
    expect(labelOf(placed).y + labelOf(placed).height).toBeLessThanOrEqual(300);
    expect(overlaps(labelOf(placed), placed!.box)).toBe(false);
  });

  it('lets no label cover another label or face in a row of neighbours', () => {
    const row = [0, 1, 2, 3, 4].map((i) => face(200 + i * 75, 300, 60, `${i + 1} Somebody`));
    const { faces } = layoutLabels({ width: 1280, height: 720 }, row, measure);
    for (const [i, a] of faces.entries()) {
      for (const [j, b] of faces.entries()) {
        if (i === j) continue;
        expect(overlaps(labelOf(a), labelOf(b))).toBe(false);
        expect(overlaps(labelOf(a), b.box)).toBe(false);
      }
    }
  });

  it('gives a face without a text only its box, which no other label covers', () => {
    const above = { ...face(400, 262, 30), text: null };
    const { faces } = layoutLabels({ width: 1280, height: 720 }, [above, face(400, 300)], measure);
    expect(faces[0]).toEqual({ box: above.box, label: null });
    expect(overlaps(labelOf(faces[1]), above.box)).toBe(false);
  });

  it('enlarges a thumbnail so that its label can be read, and scales boxes with it', () => {
    const layout = layoutLabels({ width: 160, height: 120 }, [face(40, 40, 40)], measure);
    expect(layout.scale).toBe(4);
    expect(layout.faces[0]!.box).toEqual({ x: 160, y: 160, width: 160, height: 160 });
  });
});

describe('fitText', () => {
  it('shortens by whole characters', () => {
    const width = (text: string) => Array.from(text).length;
    expect(fitText('Ada Lovelace', 20, width)).toBe('Ada Lovelace');
    expect(fitText('Ada Lovelace', 6, width)).toBe('Ada L…');
    expect(fitText('😀😀😀😀', 3, width)).toBe('😀😀…');
    expect(fitText('Ada', 0, width)).toBe('A…');
  });
});
