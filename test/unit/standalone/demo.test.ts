import { household, pauseAfterMs, regulars, visitAt } from '@watchpost/standalone/demo/cast';
import { readable } from '@watchpost/standalone/processes/child-lines';
import { describe, expect, it } from 'vitest';

describe('the cameras of the demonstration', () => {
  it('show within a minute what there is to see: a stranger twice, somebody known, somebody ignored, nobody', () => {
    const [known, ignored] = [false, true].map((each) => household.find((person) => person.ignored === each)?.member);
    let atMs = 0;
    const seen = { stranger: new Set<string>(), known: 0, ignoredAlone: 0, nobody: 0 };
    for (let index = 0; atMs <= 60_000; index += 1) {
      const { camera, people } = visitAt(index, Math.random);
      if (people.includes(regulars.man)) seen.stranger.add(camera);
      if (people.some((person) => person === known)) seen.known += 1;
      if (people.length === 1 && people[0] === ignored) seen.ignoredAlone += 1;
      if (people.length === 0) seen.nobody += 1;
      atMs += pauseAfterMs(index);
    }
    expect([...seen.stranger]).toEqual(['Front door', 'Garage']);
    expect(Math.min(seen.known, seen.ignoredAlone, seen.nobody)).toBeGreaterThan(0);
    expect(household.map(({ member }) => member)).not.toContain(regulars.man);
  });

  it('show one person at first, then up to three, and nobody twice in a picture', () => {
    expect(visitAt(0, Math.random).people).toHaveLength(1);
    for (let index = 0; index < 300; index += 1) {
      const { people } = visitAt(index, Math.random);
      expect(people.length).toBeLessThanOrEqual(3);
      expect(new Set(people).size).toBe(people.length);
    }
  });
});

describe('a log line for people', () => {
  it('has time, process, level, message and fields', () => {
    const line = JSON.stringify({
      level: 40,
      time: 0,
      pid: 1,
      hostname: 'h',
      name: 'worker',
      job: 'j',
      err: { code: 'file-gone', message: 'gone' },
      msg: 'failed',
    });
    expect(readable('worker', line)).toBe('00:00:00 worker warn failed job=j file-gone: gone');
  });

  it('is left unchanged if it is not a log entry', () => {
    expect(readable('worker', 'Segmentation fault')).toBe('worker: Segmentation fault');
  });
});
