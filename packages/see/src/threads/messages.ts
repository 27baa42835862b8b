import type { ErrorCode } from '@watchpost/shared/errors';
import type { Seen } from '../face-engine.ts';
import type { PreparedVision } from '../models/vision.ts';
import type { Scene } from '../scene/scene.ts';
import type { NativeLock } from './native-lock.ts';

/** What an inference thread is started with. */
export interface ThreadData {
  prepared: PreparedVision;
  lock: NativeLock;
}

/** What the pool asks of a thread. `frame`: of a fixed camera, with what is remembered of its scene. */
export type ThreadRequest =
  | { task: 'see'; bytes: Uint8Array; frame?: { takenAtMs: number; scene: Scene | undefined } | undefined }
  | { task: 'fingerprint'; bytes: Uint8Array };

/** What a thread sends: `ready` once, then one reply to each request. */
export type ThreadReply =
  | { kind: 'ready' }
  | { kind: 'seen'; seen: Seen; scene?: Scene }
  | { kind: 'fingerprint'; fingerprint: Uint8Array }
  | Failure;

/** What the preparing thread sends, once. */
export type PrepareReply = { kind: 'prepared'; vision: PreparedVision } | Failure;

/** An error without its cause, which cannot be sent. */
type Failure = { kind: 'failed'; code: ErrorCode; message: string };
