import { expect, it } from 'vitest';
import { cameraAmong, channelAmong } from '../../../apps/console/client/kit/place.ts';

it('a camera is called with its channel where another one has its name, and only there', () => {
  const gate = { channel: 'slack:C1', camera: 'Gate' };
  const other = { channel: 'slack:C2', camera: 'Gate' };
  const door = { channel: 'slack:C1', camera: 'Door' };
  const nameless = [1, 2].map((number) => ({ channel: `slack:C${String(number)}`, camera: null }));
  const all = [gate, other, door, ...nameless];
  expect(all.map((each) => channelAmong(each, all))).toEqual(['C1', 'C2', null, null, null]);
  expect(channelAmong(gate, [gate, { ...gate }, door])).toBeNull();
  expect(all.map((each) => cameraAmong(each, all))).toEqual(['Gate (C1)', 'Gate (C2)', 'Door', 'C1', 'C2']);
});
