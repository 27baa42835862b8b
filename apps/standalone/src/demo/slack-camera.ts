import { WebClient } from '@slack/web-api';
import type { EmulatedSlack } from '../slack/emulated-slack.ts';
import type { CameraName } from './scenes.ts';

/** Posts as real camera integrations do: a caption and then the file. Each camera is a Slack app of its own. */
export async function postInSlack(slack: EmulatedSlack, channel: string, camera: CameraName, picture: Buffer, now: Date): Promise<void> {
  const client = new WebClient(slack.token(camera), { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 } });
  const channelId = slack.channelId(channel);
  await client.apiCall('chat.postMessage', { channel: channelId, text: `Motion detected at ${camera}`, username: camera });
  const stamp = now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
  await client.filesUploadV2({ channel_id: channelId, file: picture, filename: `${camera.toLowerCase().replace(' ', '-')}-${stamp}.jpg` });
}
