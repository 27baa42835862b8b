import { createSceneMemory } from '@watchpost/see/scene/scene-memory';
import type { Scene } from '@watchpost/see/scene/scene';
import { describe, expect, it } from 'vitest';

const scene = (takenAtMs: number, cells = 900): Scene => ({
  width: 100,
  height: 100,
  cells: { columns: cells, rows: 1, brightness: new Uint8Array(cells) },
  looks: new Uint8Array(50),
  differed: new Uint8Array(50),
  places: [],
  framesSinceFull: 0,
  takenAtMs,
});

describe('the memory of scenes', () => {
  it('knows each camera by itself', () => {
    const memory = createSceneMemory(10_000);
    memory.keep('a', scene(1));
    expect(memory.recall('a')).toEqual(scene(1));
    expect(memory.recall('b')).toBeUndefined();
  });

  it('forgets the camera that was seen longest ago where it would become too large', () => {
    const memory = createSceneMemory(6_000);
    for (const camera of ['a', 'b', 'c', 'a', 'd']) memory.keep(camera, scene(1));
    expect(['a', 'b', 'c', 'd'].map((camera) => memory.recall(camera) !== undefined)).toEqual([true, false, true, true]);
  });

  it('has room again for what replaces a scene', () => {
    const memory = createSceneMemory(4_000);
    for (let index = 0; index < 100; index += 1) for (const camera of ['a', 'b']) memory.keep(camera, scene(index));
    expect([memory.recall('a'), memory.recall('b')]).toEqual([scene(99), scene(99)]);
  });

  it('does not keep what is too large for it, and forgets nobody else because of it', () => {
    const memory = createSceneMemory(4_000);
    memory.keep('b', scene(1));
    memory.keep('a', scene(1, 5_000));
    expect(memory.recall('a')).toBeUndefined();
    expect(memory.recall('b')).toEqual(scene(1));
  });

  it('is bounded however small the frames are', () => {
    const memory = createSceneMemory(10_000);
    for (let index = 0; index < 1_000; index += 1) memory.keep(`camera ${index}`, scene(1, 1));
    const known = Array.from({ length: 1_000 }, (_, index) => memory.recall(`camera ${index}`)).filter(Boolean);
    expect(known.length).toBeGreaterThan(0);
    expect(known.length).toBeLessThanOrEqual(10);
  });

  it('keeps the later of two frames, unless that is from another time: a wrong clock is forgotten', () => {
    const memory = createSceneMemory(10_000);
    memory.keep('a', scene(5_000));
    memory.keep('a', scene(4_000));
    expect(memory.recall('a')?.takenAtMs).toBe(5_000);
    memory.keep('a', scene(9_000_000_000));
    memory.keep('a', scene(6_000));
    expect(memory.recall('a')?.takenAtMs).toBe(6_000);
  });
});
