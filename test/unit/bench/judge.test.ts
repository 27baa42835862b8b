import { floorOf, judge } from '@watchpost/bench/leaks/judge';
import { expect, it } from 'vitest';

const memory = (values: number[]) => judge({ name: 'rss', unit: 'MB', kind: 'memory', values });

it('memory that grows only while the process warms up is flat', () => {
  expect(memory([100, 150, 200, 201, 200, 199, 200, 201]).isFlat).toBe(true);
});

it('memory that grows by more than 5 % afterwards is not', () => {
  expect(memory([100, 150, 200, 202, 205, 207, 210, 213])).toMatchObject({ isFlat: false });
});

it('resident memory may grow by 10 %, because an allocator keeps some', () => {
  const resident = (values: number[]) => judge({ name: 'rss', unit: 'MB', kind: 'resident', values }).isFlat;
  expect(resident([100, 150, 200, 203, 206, 209, 212, 215])).toBe(true);
  expect(resident([100, 150, 200, 206, 212, 218, 224, 230])).toBe(false);
});

it('a few more connections are no leak, a steady growth is', () => {
  const count = (values: number[]) => judge({ name: 'handles', unit: '', kind: 'count', values }).isFlat;
  expect(count([5, 5, 5, 6, 5, 7, 6, 5])).toBe(true);
  expect(count([5, 6, 7, 8, 9, 10, 11, 12])).toBe(false);
});

it('what garbage collection leaves is the lowest of neighbours', () => {
  expect(floorOf([9, 4, 8, 5, 7], 2)).toEqual([4, 5, 7]);
});
