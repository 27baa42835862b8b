import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { GraphModel } from '@tensorflow/tfjs-converter';
import type { Tensor, io } from '@tensorflow/tfjs-core';
import { humanFile } from './human-package.ts';
import type { Raster } from '../picture/raster.ts';
import { recipes, type ModelName } from '../translate/recipes.ts';
import type { Recipe } from '../translate/to-onnx.ts';
import type { FaceModels } from './face-models.ts';

// The CommonJS builds: only they find each other, and their .wasm files, under Node.
const require = createRequire(import.meta.url);
const tf: typeof import('@tensorflow/tfjs-core') = require('@tensorflow/tfjs-core');
const converter: typeof import('@tensorflow/tfjs-converter') = require('@tensorflow/tfjs-converter');

/**
 * Human's models as Human itself runs them, on TensorFlow.js: on tfjs-node where an operator installed that, else on WASM. Fed as the recipes say,
 * so that the embeddings are the same as those of ONNX Runtime. Slower by far; kept as the second opinion.
 */
export async function createHumanModels(): Promise<FaceModels> {
  const backend = await chooseBackend();
  const blazeface = await load('blazeface');
  const facemesh = await load('facemesh');
  const faceres = await load('faceres');
  return {
    name: `human (${backend})`,
    detect: async (view) => {
      const [fineScores, fineBoxes, coarseScores, coarseBoxes] = blazeface.run(view);
      return { fineScores, fineBoxes, coarseScores, coarseBoxes };
    },
    mesh: async (crop) => {
      const [points, flag] = facemesh.run(crop);
      return { points, flag: flag[0] ?? 0 };
    },
    embed: async (crop) => faceres.run(crop)[0],
    close: async () => {
      for (const model of [blazeface, facemesh, faceres]) model.dispose();
    },
  };
}

async function chooseBackend(): Promise<string> {
  try {
    require('@tensorflow/tfjs-node');
  } catch {
    require('@tensorflow/tfjs-backend-wasm');
    await tf.setBackend('wasm');
  }
  await tf.ready();
  return tf.getBackend();
}

type Numbers = Float32Array<ArrayBuffer>;

interface Loaded {
  /** The outputs in the order of the recipe. */
  run(picture: Raster): [Numbers, Numbers, Numbers, Numbers];
  dispose(): void;
}

async function load(name: ModelName): Promise<Loaded> {
  const recipe: Recipe = recipes[name];
  const model = await converter.loadGraphModel({ load: () => artifacts(name, recipe) });
  const none = new Float32Array();
  return {
    run: (picture) => {
      const [a = none, b = none, c = none, d = none] = execute(model, recipe, picture);
      return [a, b, c, d];
    },
    dispose: () => model.dispose(),
  };
}

function execute(model: GraphModel, recipe: Recipe, { data, width, height }: Raster): Numbers[] {
  const input = tf.tensor4d(fed(data, recipe), [1, height, width, 3]);
  const result = model.execute(input, Object.keys(recipe.outputs));
  const outputs: Tensor[] = Array.isArray(result) ? result : Object.values(result instanceof tf.Tensor ? [result] : result);
  const numbers = outputs.map((output) => Float32Array.from(output.dataSync()));
  tf.dispose([input, ...outputs]);
  return numbers;
}

/** What the translated models do with a picture's bytes at their entrance. */
function fed(bytes: Uint8Array, { feed: { order, mean, scale } }: Recipe): Float32Array {
  const result = new Float32Array(bytes.length);
  for (let index = 0; index < bytes.length; index += 1) {
    const channel = index % 3;
    const source = order === 'bgr' ? index - channel + (2 - channel) : index;
    result[index] = ((bytes[source] ?? 0) - (mean[channel] ?? 0)) * scale;
  }
  return result;
}

/** The model's files, read from the package: Human itself would fetch them. A model of free size loses the size that its input names. */
async function artifacts(name: ModelName, { freeSize }: Recipe): Promise<io.ModelArtifacts> {
  const { modelTopology, weightsManifest, format } = JSON.parse(await readFile(humanFile('models', `${name}.json`), 'utf8'));
  const bytes = Uint8Array.from(await readFile(humanFile('models', `${name}.bin`)));
  if (freeSize) {
    for (const node of modelTopology.node) {
      if (node.op === 'Placeholder') node.attr.shape.shape.dim = [1, -1, -1, 3].map((size) => ({ size: String(size) }));
    }
  }
  const specs: io.WeightsManifestEntry[] = weightsManifest.flatMap((group: { weights: io.WeightsManifestEntry[] }) => group.weights);
  return { format, modelTopology, weightSpecs: specs, weightData: bytes.buffer };
}
