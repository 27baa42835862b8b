import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { encodeOnnx } from '@watchpost/see/translate/onnx-file';
import { fromRoot } from './root.ts';

/** The description of a custom model that the guide shows. */
export function guideExample(): string {
  const [, example = ''] = /```json\n([^`]+)```/.exec(readFileSync(fromRoot('docs/guides/adding-a-model.md'), 'utf8')) ?? [];
  return example;
}

/** Writes the ONNX file that the guide's description names: the mean colours of 7 by 7 fields, enough of a model to see what it is given. */
export async function writeCustomModel(folder: string): Promise<void> {
  const pooling = encodeOnnx({
    name: 'pooling',
    nodes: [{ op: 'AveragePool', inputs: ['crop'], output: 'fields', attributes: { kernel_shape: [16, 16], strides: [16, 16] } }],
    initializers: [],
    input: { name: 'crop', type: 'float', shape: [1, 3, 112, 112] },
    outputs: ['fields'],
  });
  await writeFile(path.join(folder, 'my-model.onnx'), pooling);
}
