import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { CachedFile } from '../files/model-cache.ts';
import type { Raster } from '../picture/raster.ts';
import type { ModelName } from '../translate/recipes.ts';
import { inputName } from '../translate/inputs.ts';
import type { HumanModels } from './face-models.ts';
import { floats, sessionOptions } from './onnx-session.ts';

/** Human's models on ONNX Runtime. `files`: the translated models. */
export async function createOnnxModels(files: Record<ModelName, CachedFile>): Promise<HumanModels> {
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
    mesh: async (patch) => {
      const { points, flag } = await run(facemesh, patch);
      return { points: floats(points), flag: floats(flag)[0] ?? 0 };
    },
    embed: async (patch) => floats((await run(faceres, patch))['embedding']),
    close: async () => {
      for (const session of [blazeface, facemesh, faceres]) await session.release();
    },
  };
}

function open(file: CachedFile): Promise<InferenceSession> {
  // Views have many sizes: memory plans for each of them would only pile up.
  const options = { ...sessionOptions, enableMemPattern: false };
  // Two overloads: TypeScript takes a union for neither.
  return typeof file === 'string' ? InferenceSession.create(file, options) : InferenceSession.create(file, options);
}

function run(session: InferenceSession, { data, width, height }: Raster): Promise<InferenceSession.OnnxValueMapType> {
  return session.run({ [inputName]: new Tensor('uint8', data, [1, height, width, 3]) });
}
