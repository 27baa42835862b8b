import { drawChart } from '@watchpost/schedule/chart/draw-chart';
import { seriesOf } from '@watchpost/schedule/chart/series';
import { fillIn } from '@watchpost/schedule/template';
import { expect, it } from 'vitest';

const atMs = Date.parse('2026-11-22T12:00:00Z');
const item = (fields: Record<string, string | number | null>) => ({ id: 'a', atMs, fields });

it('a chart has names of a length that leaves room for its lines', () => {
  const [series] = seriesOf([item({ name: 'x'.repeat(4_000), price: 1 })], { value: 'price', by: 'name' });
  expect(series?.name.length).toBeLessThanOrEqual(40);
});

it('a chart leaves out values between which no distance can be told, and times that no clock shows', () => {
  const items = [item({ v: 1e308 }), item({ v: -1e308 }), item({ v: 3, date: '+275760-09-13T00:00:00.000Z' })];
  expect(seriesOf(items, { value: 'v', by: undefined })).toEqual([{ name: 'v', points: [{ atMs, value: 3 }] }]);
});

it.each([
  ['one point', [{ atMs, value: 1 }]],
  ['very many', Array.from({ length: 20_000 }, (_, index) => ({ atMs: atMs + index, value: Math.sin(index) * 1e12 }))],
  ['the same value', [0, 1, 2].map((index) => ({ atMs: atMs + index * 86_400_000, value: -7 }))],
])('a chart is drawn of %s', async (_what, points) => {
  const png = await drawChart([{ name: 'a', points }], { title: 'A', timeZone: 'Europe/Zurich' });
  expect(Buffer.from(png.subarray(1, 4)).toString()).toBe('PNG');
});

it('a template finds only what an item has itself', () => {
  expect(fillIn('{constructor}!', {})).toEqual([{ text: '!' }]);
});
