import type { ErrorCode } from '@watchpost/shared/errors';
import type { CachedFile } from '../models/file-cache.ts';
import type { Seen } from '../face-engine.ts';
import type { Vision } from '../look.ts';
import type { ModelName } from '../translate/recipes.ts';

/** Everything a thread needs to open its own sessions; worked out once for all threads. */
export interface VisionPlan {
  engine: 'onnx' | 'human';
  models: Record<ModelName, CachedFile>;
  embedding: Vision['embedding'];
  meanFace: Float32Array | undefined;
  limits: Vision['limits'];
}

/** What the pool asks a thread. */
export type ThreadRequest = { task: 'see' | 'fingerprint'; bytes: Uint8Array };

/** What a thread says: first that it is ready, then one answer for each request. */
export type ThreadReply =
  | { kind: 'ready' }
  | { kind: 'seen'; seen: Seen }
  | { kind: 'fingerprint'; fingerprint: Uint8Array }
  | { kind: 'failed'; code: ErrorCode; message: string };
