import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { CachedFile } from './file-cache.ts';
import type { Raster } from '../picture/raster.ts';
import { inputName } from '../translate/to-onnx.ts';
import type { ModelName } from '../translate/recipes.ts';
import type { FaceModels } from './face-models.ts';

/**
 * Human's models on ONNX Runtime. One thread a session: the worker runs one inference thread a core, and inference blocks the thread that calls it.
 * `files` are the translated models.
 */
export async function createOnnxModels(files: Record<ModelName, CachedFile>): Promise<FaceModels> {
  const blazeface = await open(files.blazeface);
  const facemesh = await open(files.facemesh);
  const faceres = await open(files.faceres);
  return {
    name: 'onnx',
    detect: async (view) => {
      const { fineScores, fineBoxes, coarseScores, coarseBoxes } = await run(blazeface, view);
      return {
        fineScores: floats(fineScores),
        fineBoxes: floats(fineBoxes),
        coarseScores: floats(coarseScores),
        coarseBoxes: floats(coarseBoxes),
      };
    },
    mesh: async (crop) => {
      const { points, flag } = await run(facemesh, crop);
      return { points: floats(points), flag: floats(flag)[0] ?? 0 };
    },
    embed: async (crop) => floats((await run(faceres, crop))['embedding']),
    close: async () => {
      for (const session of [blazeface, facemesh, faceres]) await session.release();
    },
  };
}

function open(file: CachedFile): Promise<InferenceSession> {
  const options: InferenceSession.SessionOptions = {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    // Views come in many sizes: memory planned for each of them would only pile up.
    enableMemPattern: false,
    logSeverityLevel: 3,
  };
  return typeof file === 'string' ? InferenceSession.create(file, options) : InferenceSession.create(file, options);
}

type Outputs = InferenceSession.OnnxValueMapType;

function run(session: InferenceSession, { data, width, height }: Raster): Promise<Outputs> {
  return session.run({ [inputName]: new Tensor('uint8', data, [1, height, width, 3]) });
}

function floats(value: Outputs[string] | undefined): Float32Array {
  if (value instanceof Tensor && value.data instanceof Float32Array) return value.data;
  throw new Error('the model answered something else than floats');
}
