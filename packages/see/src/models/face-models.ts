import type { Raster } from '../picture/raster.ts';

/** What the detector answers for a view: raw scores and boxes of its two grids of cells, one after the other, row by row. */
export interface DetectorGrids {
  /** Cells of 16 pixels, 2 anchors each: one number an anchor, before the sigmoid. */
  fineScores: Float32Array;
  /** 16 numbers an anchor: centre from the cell's, width and height, six landmarks from the cell's centre; pixels of the view. */
  fineBoxes: Float32Array;
  /** Cells of 32 pixels, 6 anchors each. */
  coarseScores: Float32Array;
  coarseBoxes: Float32Array;
}

/** What the mesh model answers for a crop. */
export interface Mesh {
  /** 468 points, x, y, z each, pixels of the crop. */
  points: Float32Array;
  /** How much this is a face, 0..1. */
  flag: number;
}

/** The three models, whatever runs them. They take picture bytes; scaling and channel order are the implementation's business. */
export interface FaceModels {
  /** Which implementation this is, for logs. */
  readonly name: string;
  /** Width and height of the view are multiples of 32. */
  detect(view: Raster): Promise<DetectorGrids>;
  /** `crop` is `meshSide` by `meshSide`. */
  mesh(crop: Raster): Promise<Mesh>;
  /** `crop` is as wide and high as the embedding model's description says. Not normalised. */
  embed(crop: Raster): Promise<Float32Array>;
  close(): Promise<void>;
}

/** Side of the mesh model's crop. */
export const meshSide = 192;
