import { drawFrame } from '../prove/pair/pictures.ts';
import type { FakeSlack } from '../servers/fake-slack.ts';
import { signedHeaders } from '../servers/signed-request.ts';
import type { PlannedFrame } from './plan.ts';

/** A frame that was posted. */
export interface PostedFrame {
  snapshotId: string;
  planned: PlannedFrame;
  /** When it was posted, milliseconds since 1970. */
  atMs: number;
}

export interface FloodTarget {
  url: string;
  secret: string;
  slack: FakeSlack;
  /** The read channel. */
  channel: string;
}

/** Waits before each delivery of an event: at once, then as Slack does, shortened. Milliseconds. */
const waitsMs = [0, 100, 1_000, 3_000];

/** Draws all frames, which Slack then has. */
export async function drawAll(frames: readonly PlannedFrame[], slack: FakeSlack): Promise<void> {
  for (const [index, { stranger, seed }] of frames.entries()) {
    const id = fileId(index);
    slack.files.set(id, { id, bytes: await drawFrame(stranger, seed), contentType: 'image/jpeg', info: { mimetype: 'image/jpeg' } });
  }
}

/** Posts the `index`th frame: Slack delivers its event until it is acknowledged. Null: it never was. */
export async function postFrame(planned: PlannedFrame, index: number, target: FloodTarget): Promise<PostedFrame | null> {
  const { slack, channel, secret, url } = target;
  const atMs = Date.now();
  const ts = `${String(Math.floor(atMs / 1_000))}.${String(index).padStart(6, '0')}`;
  const id = fileId(index);
  const address = `${slack.url}/download/${id}`;
  const size = slack.files.get(id)?.bytes.length;
  const file = { id, name: `${id}.jpg`, mimetype: 'image/jpeg', filetype: 'jpg', size, mode: 'hosted', url_private_download: address };
  const text = `Motion detected at Camera ${String(planned.camera + 1)}`;
  const event = { type: 'message', subtype: 'file_share', channel, user: 'U0CAM', bot_id: 'B0CAM', ts, text, files: [file] };
  const body = JSON.stringify({ type: 'event_callback', team_id: 'T1', api_app_id: 'A0WATCH', event_id: `Ev${String(index)}`, event });
  for (const waitMs of waitsMs) {
    await new Promise((resolve) => {
      setTimeout(resolve, waitMs);
    });
    const headers = signedHeaders(secret, body);
    const response = await fetch(`${url}/api/events`, { method: 'POST', headers, body, signal: AbortSignal.timeout(3_000) }).catch(
      () => null,
    );
    await response?.text();
    if (response?.status === 200) return { snapshotId: `slack-${channel}-${ts}-${id}`, planned, atMs };
  }
  return null;
}

const fileId = (index: number): string => `F0FLOOD${String(index).padStart(4, '0')}`;
