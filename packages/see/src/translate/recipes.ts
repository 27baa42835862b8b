import type { Recipe } from './to-onnx.ts';

/**
 * The three models from Human that watchpost uses. Inputs are scaled as in each model's training: blazeface to -1..1, facemesh to 0..1,
 * faceres (HSE-FaceRes) as BGR minus the mean of each channel (HSE-asavchenko/HSE_FaceRec_tf, age_gender_identity/facial_analysis.py).
 */
export const recipes = {
  /** Scores and boxes on two grids with cells of 16 and 32 pixels and 2 and 6 anchors per cell. Without its reshapes it takes any size. */
  blazeface: {
    name: 'blazeface',
    side: 256,
    freeSize: true,
    wholeBlocks: true,
    preprocessing: { order: 'rgb', mean: [127.5, 127.5, 127.5], scale: 1 / 127.5 },
    outputs: {
      'StatefulPartitionedCall/functional_1/conv2d_33/BiasAdd': 'fineScores',
      'StatefulPartitionedCall/functional_1/conv2d_35/BiasAdd': 'fineBoxes',
      'StatefulPartitionedCall/functional_1/conv2d_34/BiasAdd': 'coarseScores',
      'StatefulPartitionedCall/functional_1/conv2d_36/BiasAdd': 'coarseBoxes',
    },
  },
  /** 468 points (x, y, z in pixels of the patch), and the face flag: the probability that the patch shows a face. */
  facemesh: {
    name: 'facemesh',
    side: 192,
    freeSize: false,
    wholeBlocks: false,
    preprocessing: { order: 'rgb', mean: [0, 0, 0], scale: 1 / 255 },
    outputs: {
      'StatefulPartitionedCall/model_1/output_mesh/Reshape': 'points',
      'StatefulPartitionedCall/model_1/output_faceflag/Reshape': 'flag',
    },
  },
  /** The embedding, 1024 numbers. */
  faceres: {
    name: 'faceres',
    side: 224,
    freeSize: false,
    wholeBlocks: false,
    preprocessing: { order: 'bgr', mean: [103.939, 116.779, 123.68], scale: 1 },
    outputs: { 'global_pooling/Mean': 'embedding' },
  },
} as const satisfies Record<string, Recipe>;

export type ModelName = keyof typeof recipes;
