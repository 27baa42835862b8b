import { createCameraDirectory } from '@watchpost/cameras/camera-directory';
import { durationText, hoursText, writtenSet } from '@watchpost/cameras/stored/camera-notation';
import { checkCameraSet } from '@watchpost/cameras/stored/check-set';
import { readCameraSettings } from '@watchpost/cameras/stored/stored-settings';
import { describe, expect, it } from 'vitest';

describe('settings of the console over those of the file', () => {
  const file = { defaults: { cooldown: 60_000, smallestFacePx: 10 }, cameras: [{ name: 'Gate', cooldown: 120_000 }] };
  const over = {
    all: { cooldown: 1_000, visit: { window: 5_000 } },
    cameras: [{ channel: 'slack:C1' as const, camera: 'GATE', set: { smallestFacePx: 40 } }],
  };
  const cameras = createCameraDirectory(file, over);

  it('hold by place and setting: the more particular one', () => {
    expect(cameras.settingsOf('slack:C1', 'Door')).toMatchObject({ cooldownMs: 1_000, smallestFacePx: 10, visitWindowMs: 5_000 });
    expect(cameras.settingsOf('slack:C1', 'gate')).toMatchObject({ cooldownMs: 120_000, smallestFacePx: 40, visitLongestMs: 600_000 });
    expect(cameras.settingsOf('slack:C2', 'Gate').smallestFacePx).toBe(10);
  });
  it('are told layer by layer', () => {
    expect(cameras.layersOf('slack:C1', 'Gate').map(({ from, scope }) => `${from} ${scope}`)).toEqual([
      'file all',
      'console all',
      'file camera',
      'console camera',
    ]);
    expect(cameras.layersOf(null, null)).toHaveLength(2);
  });
});

describe('what the console keeps', () => {
  it('reads as it was written', () => {
    const written = {
      strangersNamedOneIn: 5_000,
      smallestFacePx: 30,
      policy: { unknown: 'digest' },
      quietHours: '22:00-06:30',
      visit: { window: '90s', longest: '2h' },
      cooldown: '0s',
      masks: [
        [
          [0, 0],
          [1, 0],
          [1, 1],
        ],
      ],
    };
    const checked = checkCameraSet(written);
    expect(checked.kind === 'valid' && writtenSet(checked.set)).toEqual(written);
    expect([durationText(5_400_000), durationText(300_000), durationText(61_000), hoursText(null)]).toEqual(['90m', '5m', '61s', 'off']);
  });
  it('leaves out what another release wrote, and says where', () => {
    const document = {
      kind: 'camera-settings',
      id: 'settings',
      revision: 3,
      atMs: 0,
      keys: [],
      expiresAtMs: null,
      body: {
        v: 1,
        all: { cooldown: '5m' },
        cameras: [
          { channel: 'slack:C1', camera: 'Gate', set: { colour: 'red' } },
          { channel: 'slack:C1', camera: 'Door', set: { smallestFacePx: 20 } },
        ],
      },
    };
    const read = readCameraSettings(document);
    expect(read).toMatchObject({ revision: 3, unreadable: ['Gate'], overrides: { all: { cooldown: 300_000 } } });
    expect(read.overrides.cameras.map(({ set }) => set)).toEqual([{}, { smallestFacePx: 20 }]);
    expect(readCameraSettings({ ...document, body: { v: 2 } }).unreadable).toEqual(['all']);
    expect(readCameraSettings(null).revision).toBe(0);
  });
});
