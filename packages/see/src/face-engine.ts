import type { Box, Point } from '@watchpost/shared/geometry';

/**
 * Below this, whether something is a face at all cannot be checked (face/verify.ts), and it is never recognised: a blob on a foot may
 * look like one. `SeenFace.sizePx`.
 */
export const smallestFacePx = 20;

/** A face with its embedding: what seeing a picture results in. See look.ts for the stages before. Pixels of the upright picture. */
export interface SeenFace {
  /** From forehead to chin, from ear to ear. */
  box: Box;
  /** The detector's score, 0..1. */
  score: number;
  landmarks: Landmarks;
  /** How well the face can be recognised; docs/seeing.md has the formula. */
  quality: FaceQuality;
  /**
   * The size that thresholds depend on: the side of the square around the face, before the margin for embedding. Pixels of the decoded
   * picture, which is smaller than the file's where that has more than 12.6 megapixels.
   */
  sizePx: number;
  /** Unit length; made by the model `FaceEngine.modelId`. */
  embedding: Float32Array;
  /** A small JPEG of the face, see face/reference-crop.ts; null for a face that is too small to become a reference. */
  crop: Uint8Array | null;
}

/** Left and right as seen in the picture. */
export interface Landmarks {
  leftEye: Point;
  rightEye: Point;
  /** Tip of the nose. */
  nose: Point;
  /** Corners of the mouth. */
  leftMouth: Point;
  rightMouth: Point;
}

/** All values 0..1. */
export interface FaceQuality {
  /** The overall quality, made of the others and the face's size. */
  value: number;
  sharpness: number;
  /** 1 looks straight into the camera, 0 is a profile. */
  frontal: number;
  detectorScore: number;
  meshScore: number;
}

/** Where and when a picture was taken. What is remembered of a fixed camera saves looking at what has not changed. */
export interface Origin {
  /** Any text that is the same for all frames of the camera, and for no other's. */
  camera: string;
  /** Milliseconds since 1970. */
  takenAtMs: number;
}

/** How much of a frame was looked at: `none` where nothing changed and no face was there. */
export type Extent = 'full' | 'part' | 'none';

/** What the engine sees in one picture. */
export interface Seen {
  /** Size of the upright picture in pixels. */
  width: number;
  height: number;
  /** From file bytes to faces. */
  elapsedMs: number;
  extent: Extent;
  /** Of the whole frame on average, 0 (black) to 255. */
  brightness: number;
  /** Largest first. */
  faces: SeenFace[];
}

/** How busy an engine is. */
export interface EngineLoad {
  threads: number;
  /** Of them, those that work now. */
  busy: number;
  /** Pictures that wait for a thread. */
  waiting: number;
  /** How long threads have worked since the start, together, milliseconds. */
  busyMs: number;
}

/** The port: finds and embeds faces. */
export interface FaceEngine {
  /** Id of the embedding model and its preprocessing. Embeddings with different ids are never compared. */
  readonly modelId: string;
  /**
   * Finds and embeds the faces in an image file (JPEG, PNG, WebP, first frame of a GIF, BMP, ICO, AVIF, TIFF), turned upright by its EXIF orientation.
   * Does not block the event loop. Rejects with an AppError: `image-empty`, `image-format-unsupported`, `image-corrupt`,
   * `image-too-many-pixels`, `image-format-heic` (all permanent; for HEIC the chat platform's thumbnail can be used instead),
   * `inference-timeout`, `inference-crashed`, `aborted`. With the `origin` of a fixed camera's frame, only what changed there is looked at,
   * and where faces were.
   */
  see(bytes: Uint8Array, signal: AbortSignal, origin?: Origin): Promise<Seen>;
  /** The frame's fingerprint for `sameFrame` (picture/fingerprint.ts). Decodes only, no inference. Rejects as `see`. */
  fingerprint(bytes: Uint8Array, signal: AbortSignal): Promise<Uint8Array>;
  close(): Promise<void>;
}
