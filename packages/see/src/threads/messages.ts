import type { ErrorCode } from '@watchpost/shared/errors';
import type { Seen } from '../face-engine.ts';

/** What the pool asks of a thread. */
export type ThreadRequest = { task: 'see' | 'fingerprint'; bytes: Uint8Array };

/** What a thread sends: `ready` once, then one reply to each request. */
export type ThreadReply =
  | { kind: 'ready' }
  | { kind: 'seen'; seen: Seen }
  | { kind: 'fingerprint'; fingerprint: Uint8Array }
  | { kind: 'failed'; code: ErrorCode; message: string };
