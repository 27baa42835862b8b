import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { guideExample, writeCustomModel } from '../support/custom-model.ts';
import { frameWith, man, woman } from '../support/pictures.ts';
import { runCommand } from '../support/run-command.ts';

describe('compare', () => {
  let folder: string;
  const at = (name: string): string => path.join(folder, name);

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'watchpost-compare-'));
    await writeFile(at('man.jpg'), await frameWith([man[0]!]));
    await writeFile(at('again.jpg'), await frameWith([man[2]!], { seed: 1 }));
    await writeFile(at('woman.png'), await frameWith([woman], { format: 'png' }));
    await writeFile(at('nobody.jpg'), await frameWith([]));
    await writeFile(at('empty.jpg'), '');
    await writeFile(
      at('iphone.heic'),
      Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypheic\0\0\0\0mif1heic'), Buffer.alloc(100)]),
    );
    await mkdir(at('folder'));
  });
  afterAll(async () => rm(folder, { recursive: true }));

  it('says of each two pictures whether they show one person, as a line of JSON each', async () => {
    const [a, b, c] = [at('man.jpg'), at('again.jpg'), at('woman.png')];
    const { code, out, err } = await runCommand('compare', ['--json', a, b, c], {});
    expect([code, err]).toEqual([0, []]);
    const pairs = out.map((line) => JSON.parse(line) as { score: number; likelihoodRatio: number });
    const numbers = { score: expect.any(Number) as number, likelihoodRatio: expect.any(Number) as number };
    expect(pairs).toEqual([
      { a, b, ...numbers, verdict: 'same' },
      { a, b: c, ...numbers, verdict: 'different' },
      { a: b, b: c, ...numbers, verdict: 'different' },
    ]);
    const [same, ...others] = pairs;
    for (const other of others) expect(same!.score).toBeGreaterThan(other.score);
    expect(same!.likelihoodRatio).toBeGreaterThan(100);
    for (const { likelihoodRatio } of others) expect(likelihoodRatio).toBeLessThan(0.1);
  });

  it('says it in words as well, also of a picture and itself', async () => {
    const [a, b] = [at('man.jpg'), at('woman.png')];
    const { code, out } = await runCommand('compare', [a, b, a], {});
    expect([code, out]).toEqual([
      0,
      [
        expect.stringMatching(/man\.jpg {2}\S+woman\.png {2}different: score 0\.\d{3}, .* times likelier two persons than one$/),
        expect.stringMatching(/man\.jpg {2}\S+man\.jpg {2}same: score 1\.000, .* times likelier one person than two$/),
        expect.stringMatching(/woman\.png {2}\S+man\.jpg {2}different: /),
      ],
    ]);
    expect([out[0]!.indexOf(`${a}  ${b}  `), out[2]!.indexOf(`${b}  ${a}  `)]).toEqual([0, 0]);
  });

  it('takes the largest face of a picture', async () => {
    await writeFile(at('both.jpg'), await frameWith([woman, man[1]!], { seed: 2 }));
    const alone = await runCommand('analyze', ['--json', at('both.jpg')], {});
    const sizes = (JSON.parse(alone.out[0]!) as { faces: { box: { x: number } }[] }).faces.map(({ box }) => box.x);
    const largest = sizes[0]! < 400 ? 'woman.png' : 'man.jpg';
    const { out } = await runCommand('compare', ['--json', at('both.jpg'), at('man.jpg'), at('woman.png')], {});
    const same = out
      .map((line) => JSON.parse(line) as { a: string; b: string; verdict: string })
      .filter(({ verdict }) => verdict === 'same');
    expect(same).toMatchObject([{ a: at('both.jpg'), b: at(largest) }]);
  });

  it('tells what is wrong with a file, compares the others, and ends with 1', async () => {
    const bad = ['nobody.jpg', 'empty.jpg', 'iphone.heic', 'folder', 'missing.jpg'];
    const files = ['man.jpg', ...bad, 'again.jpg'].map(at);
    const { code, out, err } = await runCommand('compare', ['--json', ...files], {});
    expect([code, out.map((line) => JSON.parse(line) as object)]).toEqual([
      1,
      [expect.objectContaining({ a: at('man.jpg'), b: at('again.jpg'), verdict: 'same' })],
    ]);
    const codes = ['face-missing', 'image-empty', 'image-format-heic', 'file-unreadable', 'file-unreadable'];
    expect(err).toEqual(bad.map((name, index) => expect.stringContaining(`${at(name)}: ${codes[index]!}: `) as string));
  });

  it('judges a custom model’s similarities by that model’s calibration', async () => {
    await writeCustomModel(folder);
    const verdictWith = async (strangers: number, samePerson: number): Promise<unknown> => {
      const small = { one: 0, both: 0 };
      const calibration = {
        strangers: { mean: strangers, small },
        samePerson: { mean: samePerson, small },
        deviation: 0.001,
        shared: 0.95,
        referencePower: 0.65,
      };
      await writeFile(at('my-model.json'), JSON.stringify({ ...(JSON.parse(guideExample()) as object), calibration }));
      const { out } = await runCommand('compare', ['--json', at('man.jpg'), at('man.jpg')], { EMBEDDING_MODEL: at('my-model.json') });
      return out.map((line) => (JSON.parse(line) as { verdict: string }).verdict);
    };
    expect(await verdictWith(0.1, 0.9)).toEqual(['same']);
    expect(await verdictWith(0.9999, 1)).toEqual(['different']);
  });

  it('has nothing to say where only one picture shows a face', async () => {
    expect(await runCommand('compare', [at('man.jpg'), at('nobody.jpg')], {})).toEqual({
      code: 1,
      out: [],
      err: [expect.stringMatching(/nobody\.jpg: face-missing: no face was found$/)],
    });
  });

  it('judges a custom embedding model by the calibration in its description', async () => {
    await writeCustomModel(folder);
    const small = { one: 0, both: 0 };
    const verdictBy = async (strangers: number, deviation: number): Promise<unknown> => {
      const table = { strangers: { mean: strangers, small }, samePerson: { mean: 1, small }, deviation, shared: 1, referencePower: 1 };
      await writeFile(at('my-model.json'), JSON.stringify({ ...(JSON.parse(guideExample()) as object), calibration: table }));
      const { out, err } = await runCommand('compare', ['--json', at('man.jpg'), at('again.jpg')], {
        EMBEDDING_MODEL: at('my-model.json'),
      });
      expect(err).toEqual([]);
      return (JSON.parse(out[0] ?? '{}') as { verdict: unknown }).verdict;
    };
    expect([await verdictBy(-1, 0.05), await verdictBy(0.99, 0.5)]).toEqual(['same', 'different']);
  });
});
