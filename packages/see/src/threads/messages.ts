import type { ErrorCode } from '@watchpost/shared/errors';
import type { CachedFile } from '../models/file-cache.ts';
import type { Seen } from '../face-engine.ts';
import type { Eyes } from '../look.ts';
import type { ModelName } from '../translate/recipes.ts';

/** Everything a thread needs to open its own sessions; worked out once for all threads. */
export interface EyesPlan {
  engine: 'onnx' | 'human';
  models: Record<ModelName, CachedFile>;
  embedding: Eyes['embedding'];
  meanFace: Float32Array | undefined;
  limits: Eyes['limits'];
}

/** What the pool asks a thread. */
export type ThreadRequest = { task: 'see' | 'signature'; bytes: Uint8Array };

/** What a thread says: first that it is ready, then one answer for each request. */
export type ThreadReply =
  | { kind: 'ready' }
  | { kind: 'seen'; seen: Seen }
  | { kind: 'signature'; signature: Uint8Array }
  | { kind: 'failed'; code: ErrorCode; message: string };
