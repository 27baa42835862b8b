import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { GraphModel } from '@tensorflow/tfjs-converter';
import type { Tensor, io } from '@tensorflow/tfjs-core';
import { humanFile } from '../files/human-package.ts';
import type { Raster } from '../picture/raster.ts';
import { recipes, type ModelName } from '../translate/recipes.ts';
import type { Recipe } from '../translate/to-onnx.ts';
import type { HumanModels } from './face-models.ts';
import { modelInput } from './model-input.ts';

// The CommonJS builds: under Node only these find each other and their .wasm files.
const require = createRequire(import.meta.url);
const tf: typeof import('@tensorflow/tfjs-core') = require('@tensorflow/tfjs-core');
const converter: typeof import('@tensorflow/tfjs-converter') = require('@tensorflow/tfjs-converter');

/**
 * Human's models on TensorFlow.js, as Human itself runs them: on tfjs-node if an operator has installed it, else on WASM. The preprocessing is
 * that of the recipes, so the embeddings are the same as ONNX Runtime's. Much slower; it exists to check the translated models against.
 */
export async function createHumanModels(): Promise<HumanModels> {
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
    mesh: async (patch) => {
      const [points, flag] = facemesh.run(patch);
      return { points, flag: flag[0] ?? 0 };
    },
    embed: async (patch) => faceres.run(patch)[0],
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

function execute(model: GraphModel, recipe: Recipe, picture: Raster): Numbers[] {
  const { width, height } = picture;
  const input = tf.tensor4d(modelInput(picture, { ...recipe.preprocessing, layout: 'nhwc' }), [1, height, width, 3]);
  const result = model.execute(input, Object.keys(recipe.outputs));
  const outputs: Tensor[] = Array.isArray(result) ? result : Object.values(result instanceof tf.Tensor ? [result] : result);
  const numbers = outputs.map((output) => Float32Array.from(output.dataSync()));
  tf.dispose([input, ...outputs]);
  return numbers;
}

/** The model's files, read from the package: Human itself would fetch them. The fixed size is removed from the input of a model with `freeSize`. */
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
