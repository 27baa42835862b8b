import { WebClient } from '@slack/web-api';
import { pause } from '@watchpost/shared/wait';
import type { EmulatedSlack } from '../slack/emulated-slack.ts';
import { pauseAfterMs, visitAt } from './cast.ts';
import { openContactSheet } from './contact-sheet.ts';
import type { CameraName } from './scenes.ts';
import { drawSnapshot } from './snapshot.ts';

/** The emulated Slack keeps every picture in memory, so the cameras stop after this many. */
const maxSnapshots = 400;

export interface CamerasOptions {
  slack: EmulatedSlack;
  /** Name of the channel to post in. */
  channel: string;
  say: (text: string) => void;
}

/** Posts snapshots as real camera integrations do, a caption and then the file, until `signal` aborts. Each camera is a Slack app of its own. */
export async function runCameras({ slack, channel, say }: CamerasOptions, signal: AbortSignal): Promise<void> {
  const sheet = await openContactSheet();
  const random = Math.random;
  for (let index = 0; index < maxSnapshots && !signal.aborted; index += 1) {
    const visit = visitAt(index, random);
    const now = new Date();
    try {
      await post(slack, channel, visit.camera, await drawSnapshot(sheet, visit, now, random), now);
      say(`${visit.camera} posted a snapshot`);
    } catch (error) {
      if (!signal.aborted) say(`${visit.camera} could not post: ${error instanceof Error ? error.message : String(error)}`);
    }
    await pause(pauseAfterMs(index), signal).catch(() => undefined);
  }
  if (!signal.aborted) say(`the cameras stop after ${String(maxSnapshots)} snapshots; restart to see more`);
}

async function post(slack: EmulatedSlack, channel: string, camera: CameraName, picture: Buffer, now: Date): Promise<void> {
  const client = new WebClient(slack.token(camera), { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 } });
  const channelId = slack.channelId(channel);
  await client.apiCall('chat.postMessage', { channel: channelId, text: `Motion detected at ${camera}`, username: camera });
  const stamp = now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
  await client.filesUploadV2({ channel_id: channelId, file: picture, filename: `${camera.toLowerCase().replace(' ', '-')}-${stamp}.jpg` });
}
