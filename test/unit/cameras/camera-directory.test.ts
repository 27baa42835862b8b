import { describe, expect, it } from 'vitest';
import { createCameraDirectory, type CameraDirectory } from '@watchpost/cameras/camera-directory';
import { defaultCameraSettings } from '@watchpost/cameras/camera-settings';
import { readCamerasFile } from '@watchpost/cameras/read-cameras-file';

function directoryOf(text: string): CameraDirectory {
  const reading = readCamerasFile(text);
  if (reading.kind === 'faulty') throw new Error(JSON.stringify(reading.faults));
  return createCameraDirectory(reading.file);
}

describe('settings of a camera', () => {
  const cameras = directoryOf(`
defaults:
  smallestFacePx: 30
  policy: { unknown: digest }
  visit: { longest: 20m }
  quietHours: 22:00-06:00
cameras:
  - name: Front door
    smallestFacePx: 50
    policy: { named: never }
    visit: { window: 30s }
    quietHours: off
    masks: [[[0, 0], [1, 0], [1, 1]]]
  - { name: Gate, channel: C1, cooldown: 1h }
  - { name: Gate, channel: "slack:C2", cooldown: 2h }
  - { name: Yard, cooldown: 3h }
  - { name: Yard, channel: C1, cooldown: 4h }
`);

  it('are its own, then those of all cameras, then the usual ones', () => {
    expect(cameras.settingsOf('slack:C9', 'Front door')).toEqual({
      ...defaultCameraSettings,
      smallestFacePx: 50,
      policy: { named: 'never', unknown: 'digest', ignored: 'never' },
      visitWindowMs: 30_000,
      visitLongestMs: 1_200_000,
      quietHours: null,
      masks: [
        [
          [0, 0],
          [1, 0],
          [1, 1],
        ],
      ],
    });
  });

  it.each(['Hall', null])('of %s, which the file does not name, are those of all cameras', (camera) => {
    expect(cameras.settingsOf('slack:C9', camera)).toEqual({
      ...defaultCameraSettings,
      smallestFacePx: 30,
      policy: { named: 'now', unknown: 'digest', ignored: 'never' },
      visitLongestMs: 1_200_000,
      quietHours: { fromMinute: 1_320, toMinute: 360 },
    });
  });

  it.each([
    ['slack:C9', 'FRONT DOOR', 300_000],
    ['slack:C1', 'Gate', 3_600_000],
    ['slack:C2', 'gate', 7_200_000],
    ['slack:C3', 'Gate', 300_000],
    ['slack:C1', 'Yard', 14_400_000],
    ['slack:C3', 'Yard', 10_800_000],
  ] as const)('in %s, "%s" has the cooldown of that camera', (channel, camera, cooldownMs) => {
    expect(cameras.settingsOf(channel, camera).cooldownMs).toBe(cooldownMs);
  });

  it('of a file that says nothing are the usual ones, with a digest at eight', () => {
    const nothing = directoryOf('{}');
    expect(nothing.settingsOf('slack:C1', 'Gate')).toEqual(defaultCameraSettings);
    expect(nothing.digestAtMinute()).toBe(480);
    expect(nothing.timeZone()).toBe(Intl.DateTimeFormat().resolvedOptions().timeZone);
    expect(nothing.nameOf('slack:C1', 'a.jpg')).toBeNull();
  });

  it('say when the digest is posted, and where', () => {
    expect(directoryOf('digest: off').digestAtMinute()).toBeNull();
    const zoned = directoryOf('{ digest: 21:15, timeZone: Asia/Kolkata }');
    expect([zoned.digestAtMinute(), zoned.timeZone()]).toEqual([1_275, 'Asia/Kolkata']);
  });
});

describe('the camera of a file that no caption names', () => {
  const cameras = directoryOf(`
namesFromFiles: ["{camera}_*.jpg", "x-{camera}.*"]
cameras:
  - { name: Doorbell, files: "bell-*" }
  - { name: Front door, channel: C1, files: ["front*", "f-?.png"] }
  - { name: Whole channel, channel: [C1, C2] }
  - { name: Gate }
`);

  it.each([
    ['slack:C9', 'bell-1.jpg', 'Doorbell'],
    ['slack:C1', 'bell-1.jpg', 'Doorbell'],
    ['slack:C1', 'FRONT-7.jpg', 'Front door'],
    ['slack:C1', 'f-7.png', 'Front door'],
    // Another channel's pattern does not count.
    ['slack:C9', 'f-7.png', null],
    ['slack:C1', 'other.jpg', 'Whole channel'],
    ['slack:C2', null, 'Whole channel'],
    ['slack:C2', 'Hall_1.jpg', 'Hall'],
    // As the file writes it.
    ['slack:C9', 'GATE_1.jpg', 'Gate'],
    ['slack:C9', 'x-yard.png', 'yard'],
    ['slack:C9', 'nothing.png', null],
    ['slack:C9', null, null],
    ['telegram:C1', 'other.jpg', 'Whole channel'],
  ] as const)('in %s, %j: %j', (channel, fileName, name) => expect(cameras.nameOf(channel, fileName)).toBe(name));
});
