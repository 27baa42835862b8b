import type { Box, Point } from '@watchpost/shared/geometry';

/** One face in a picture. */
export interface SeenFace {
  /** From forehead to chin, ear to ear. */
  box: Box;
  /** The detector's, 0..1. */
  score: number;
  /** Five landmarks, the picture's own left and right: eyes, nose tip, mouth corners. */
  landmarks: { leftEye: Point; rightEye: Point; nose: Point; leftMouth: Point; rightMouth: Point };
  /** How well it can be recognised, 0..1, and what that is made of; docs/seeing.md has the formula. */
  quality: FaceQuality;
  /** Side of the square that was embedded before its margin, in pixels that were looked at (a picture beyond 12.6 megapixels is looked at shrunk): the size that thresholds go by. */
  sizePx: number;
  /** Unit length; `modelId` says whose. */
  embedding: Float32Array;
  /** A small JPEG of it, see crop.ts; null for a face that is too small to become a reference. */
  crop: Uint8Array | null;
}

export interface FaceQuality {
  /** The one number, 0..1. */
  value: number;
  sharpness: number;
  /** 1 looks straight into the camera, 0 is a profile. */
  frontal: number;
  detectorScore: number;
  meshScore: number;
}

/** What the engine saw in one picture. */
export interface Seen {
  /** Of the upright picture, pixels. */
  width: number;
  height: number;
  /** From file bytes to faces. */
  elapsedMs: number;
  /** Largest first. */
  faces: SeenFace[];
}

export interface FaceEngine {
  /** Names the embedding model and how it is fed; embeddings of different ids are never compared. */
  readonly modelId: string;
  /**
   * Finds and embeds the faces in an image file (JPEG, PNG, WebP, GIF's first frame, BMP, AVIF, TIFF), upright by its EXIF orientation.
   * Runs off the event loop. Rejects with an AppError: `image-empty`, `image-format-unsupported`, `image-corrupt`,
   * `image-too-many-pixels`, `image-format-heic` (all permanent; for HEIC the chat platform's thumbnail can be looked at instead),
   * `inference-timeout`, `inference-crashed`, `aborted`.
   */
  see(bytes: Uint8Array, signal: AbortSignal): Promise<Seen>;
  /** What the frame looks like, for `sameFrame`; decodes only, no inference. Rejects as `see`. */
  fingerprint(bytes: Uint8Array, signal: AbortSignal): Promise<Uint8Array>;
  close(): Promise<void>;
}
