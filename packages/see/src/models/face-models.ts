import type { Raster } from '../picture/raster.ts';

/** The detector's raw output for a view: scores and boxes of the cells of its two grids, row by row. */
export interface DetectorGrids {
  /** Cells of 16 pixels with 2 anchors each: one number per anchor, before the sigmoid. */
  fineScores: Float32Array;
  /** 16 numbers per anchor, in pixels of the view: the box's centre relative to the cell's, its width and height, six landmarks relative to the cell's centre. */
  fineBoxes: Float32Array;
  /** Cells of 32 pixels with 6 anchors each. */
  coarseScores: Float32Array;
  coarseBoxes: Float32Array;
}

/** The mesh model's output for a patch: the part of the picture that a model gets. */
export interface Mesh {
  /** x, y and z of 468 points, pixels of the patch. */
  points: Float32Array;
  /** The face flag: how sure the model is that the patch shows a face, 0..1. */
  flag: number;
}

/** The models, whichever library runs them. They take picture bytes; the implementations do the preprocessing. */
export interface FaceModels {
  /** The implementation's name, for reports. */
  readonly name: string;
  /** Width and height of the view are multiples of 32. */
  detect(view: Raster): Promise<DetectorGrids>;
  /** `patch` is `meshSide` by `meshSide`. */
  mesh(patch: Raster): Promise<Mesh>;
  /** Sides of `patch`: `EmbeddingModel.side`. The result is not normalised to unit length. */
  embed(patch: Raster): Promise<Float32Array>;
  /** The second network. Sides of `patch`: `SecondNetwork.side`. The result is not normalised. Rejects where the embedding model has no second network. */
  embedSecond(patch: Raster): Promise<Float32Array>;
  close(): Promise<void>;
}

/** Those that come with Human. */
export type HumanModels = Omit<FaceModels, 'embedSecond'>;

/** Side of the mesh model's patch. */
export const meshSide = 192;
