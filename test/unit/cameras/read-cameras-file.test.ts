import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createCameraDirectory } from '@watchpost/cameras/camera-directory';
import { readCamerasFile } from '@watchpost/cameras/read-cameras-file';
import { galleryEnv } from '@watchpost/gallery/config';

/** "line:column: message" of each fault. */
function faultsIn(text: string): string[] {
  const reading = readCamerasFile(text);
  return reading.kind === 'valid' ? [] : reading.faults.map(({ line, column, message }) => `${line}:${column}: ${message}`);
}

describe('reading a cameras file', () => {
  it('takes settings that more cameras than a hundred share', () => {
    const sharing = Array.from({ length: 300 }, (_, index) => `  - { name: Camera ${String(index)}, policy: *quiet }\n`);
    const text = `defaults:\n  policy: &quiet { unknown: digest }\ncameras:\n${sharing.join('')}`;
    expect(faultsIn(text)).toEqual([]);
  });

  it.each([
    ['aliases of nothing', (index: number) => `  - *no${String(index)}\n`, '2:5: *no0 refers to nothing'],
    ['anchors with aliases', (index: number) => `  - [&a${String(index)} x, *a${String(index)}]\n`, 'there are more than 1000 aliases'],
  ])('says within seconds what is wrong with twenty thousand %s', (_, line, fault) => {
    const startedAtMs = performance.now();
    const faults = faultsIn(`cameras:\n${Array.from({ length: 20_000 }, (__, index) => line(index)).join('')}`);
    expect(faults[0]).toContain(fault);
    expect(performance.now() - startedAtMs).toBeLessThan(15_000);
  });

  it('says within seconds what is wrong with fifty thousand settings that do not exist', () => {
    const startedAtMs = performance.now();
    expect(faultsIn(Array.from({ length: 50_000 }, (_, index) => `k${String(index)}: 1\n`).join(''))).toHaveLength(30);
    expect(performance.now() - startedAtMs).toBeLessThan(15_000);
  });

  it.each([
    ['spaces', 'A  B', 'A B'],
    ['wide letters', 'Ａ', 'A'],
  ])('takes names that differ in %s only for the same camera', (_, one, other) => {
    expect(faultsIn(`cameras:\n  - name: "${one}"\n  - name: "${other}"\n`)).toEqual([
      `3:11: name is that of another camera in this file: ${other}`,
    ]);
  });

  it('says that a number needs quotes to be a name', () => {
    expect(faultsIn('cameras:\n  - name: 12\n')).toEqual(['2:11: name must be a text that can be seen; numbers need quotes: "12"']);
  });

  it('finds all faults at once, each at its place and with what is allowed', () => {
    const text = `timeZone: Mars/Olympus
digest: 8:99
defualts: {}
defaults:
  masks: []
  cooldown: 5 minutes
cameras:
  - name: Front door
    smallestFacePixels: 3
    smallestFacePx: 0
    policy: { named: soon, unknwon: now }
    quietHours: 22-6
    channel: "#door"
    masks: [[[0, 0], [1, 2], [1, 1]], [[0, 0]]]
    visit: { window: 0s }
  - files: a/*.jpg
  - 7
`;
    expect(faultsIn(text)).toEqual([
      '1:11: timeZone must be a time zone such as Europe/Berlin',
      '2:9: digest must be a time of day such as "08:00", or off',
      '3:1: defualts is no setting; did you mean defaults?',
      '5:3: defaults.masks is no setting; there are strangersNamedOneIn, smallestFacePx, policy, quietHours, visit, cooldown',
      '6:13: defaults.cooldown must be a duration up to 24h, such as 5m; 0s for none',
      '9:5: smallestFacePixels is no setting; did you mean smallestFacePx?',
      '10:21: smallestFacePx must be a whole number from 1 to 2000',
      '11:22: policy.named must be now, digest or never',
      '11:28: policy.unknwon is no setting; did you mean unknown?',
      '12:17: quietHours must be two times of day such as "22:00-06:00", or off',
      `13:14: channel must be a channel's id, such as C0123ABCDEF, not its name`,
      '14:26: masks must be a number from 0 to 1',
      '14:39: masks must have at least 3 points',
      '15:22: visit.window must be a duration from 1s to 1h, such as 90s',
      '16:5: name is missing',
      '16:12: files must be a pattern for the name of a file, without folders',
      '17:5: each entry of cameras must be a camera with a name and its settings',
    ]);
  });

  it.each([
    [
      'a text that begins with a star, without quotes',
      'cameras:\n  - name: A\n    files: *.jpg\n',
      '3:12: *.jpg refers to nothing; a text that begins with a sign needs quotes',
    ],
    ['a text that begins with a brace, without quotes', 'namesFromFiles: {camera}_*.jpg\n', 'a text that begins with a sign needs quotes'],
    ['a key twice', 'digest: off\ndigest: off\n', '2:1: digest is set twice'],
    ['indentation that fits nothing', 'cameras:\n  - name: A\n   files: a\n', '3:1:'],
    ['a list', '[1]', '1:1: the file must be a group of settings'],
    ['a text', 'hello', '1:1: the file must be a group of settings'],
    ['nothing', ' \n', '1:1: the file is empty; {} says that nothing is set'],
    ['two cameras of one name', 'cameras:\n- name: Gate\n- name: " GATE"\n', '3:9: name is that of another camera in this file'],
    [
      'a camera twice in one channel',
      'cameras:\n- {name: Gate, channel: C1}\n- {name: gate, channel: [C2, "slack:C1"]}\n',
      '3:10: name is that of another',
    ],
    ['a name that nobody can see', 'cameras:\n- name: " \\u200B"\n', `2:9: name must be a text that can be seen`],
    [
      '{camera} in a pattern of one camera',
      'cameras:\n- name: A\n  files: "{camera}.jpg"\n',
      '3:10: files may have {camera} in namesFromFiles only',
    ],
    ['a naming pattern without {camera}', 'namesFromFiles: "front-*"\n', '1:17: namesFromFiles must have {camera}'],
    ['a tag', 'timeZone: !js UTC\n', '1:11: Unresolved tag: !js'],
    ['two documents', 'digest: off\n---\ndigest: off\n', '2:1:'],
  ])('reports %s', (_, text, fault) => expect(faultsIn(text).join('\n')).toContain(fault));

  it.each([
    ['aliases of aliases of aliases', `a: &a [x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c]`],
    ['20,000 groups in each other', '['.repeat(20_000)],
    ['a key that every object has', '__proto__: { digest: off }'],
    ['bytes', '\0\u0001\u0002'],
  ])('is not harmed by %s', (_, text) => {
    const faults = faultsIn(text);
    expect(faults.length).toBeGreaterThan(0);
    expect(faults.length).toBeLessThanOrEqual(30);
  });

  it('takes times and hours with and without quotes, and anchors', () => {
    const text =
      'digest: 07:30\ncameras:\n- { name: A, quietHours: 22:00-06:00, visit: &v { window: 30s } }\n- { name: B, quietHours: "9:00-10:00", visit: *v }\n';
    const reading = readCamerasFile(text);
    expect(reading).toMatchObject({
      kind: 'valid',
      file: {
        digest: 450,
        cameras: [
          { quietHours: { fromMinute: 1_320, toMinute: 360 }, visit: { window: 30_000 } },
          { quietHours: { fromMinute: 540, toMinute: 600 }, visit: { window: 30_000 } },
        ],
      },
    });
  });

  it('allows the same risks as STRANGERS_NAMED_ONE_IN', () => {
    for (const risk of [19, 20, 1_000_000, 1_000_001]) {
      const isAllowed = galleryEnv.STRANGERS_NAMED_ONE_IN.safeParse(String(risk)).success;
      expect({ risk, isAllowed: faultsIn(`defaults: { strangersNamedOneIn: ${String(risk)} }`).length === 0 }).toEqual({ risk, isAllowed });
    }
  });

  it('takes the example, which sets each setting', () => {
    const text = readFileSync(new URL('../../../deploy/cameras.example.yaml', import.meta.url), 'utf8');
    const reading = readCamerasFile(text);
    expect(reading).toMatchObject({ kind: 'valid' });
    if (reading.kind !== 'valid') return;
    const camera = reading.file.cameras?.find(({ name }) => name === 'Front door');
    expect(Object.keys(camera ?? {}).sort()).toEqual([
      'channel',
      'cooldown',
      'files',
      'masks',
      'name',
      'policy',
      'quietHours',
      'smallestFacePx',
      'strangersNamedOneIn',
      'visit',
    ]);
    const directory = createCameraDirectory(reading.file);
    expect(directory.nameOf('slack:C0000000000', 'Back yard_20261122.jpg')).toBe('Back yard');
    expect(directory.settingsOf('slack:C0123ABCDEF', 'Front door').masks).toHaveLength(2);
  });
});
