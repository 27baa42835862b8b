import { pause } from '@watchpost/shared/wait';
import { drawFrame } from './pictures.ts';
import type { Content, PlannedFile, PlannedMessage } from './plan.ts';
import { deliver, type DeliverOptions } from './slack/deliver.ts';
import { fileObject, ids, type CameraFile, type Workspace } from './slack/workspace.ts';

/** A snapshot that was sent. `accepted`: an event with it was acknowledged. */
export interface Sent {
  snapshotId: string;
  content: Content;
  /** What it shows: its own content, or that of the one that it repeats. */
  shows: Content;
  accepted: boolean;
}

export interface Cameras {
  sent(): Sent[];
  /** Posts a message when it is time. Resolves when Slack delivers it no more. */
  post(message: PlannedMessage, signal: AbortSignal): Promise<void>;
}

export interface CamerasOptions extends DeliverOptions {
  /** All that will be posted. */
  messages: readonly PlannedMessage[];
  workspace: Workspace;
  slackUrl: string;
}

/** Cameras that post to Slack, which tells ingest. */
export function createCameras(options: CamerasOptions): Cameras {
  const { messages, workspace, slackUrl, journal } = options;
  const sent = new Map<string, Sent>();
  const contents = new Map(messages.flatMap(({ files }) => files.map(({ id, content }) => [id, content] as const)));
  const drawn = new Map<string, Promise<Buffer | null>>();
  const startedS = Math.floor(Date.now() / 1_000);

  const upload = async ({ id, content }: PlannedFile, ts: string): Promise<CameraFile> => {
    const source = content.kind === 'repeat' ? content.of : id;
    const shows = contents.get(source) ?? content;
    const drawing = drawn.get(source) ?? bytesOf(shows);
    drawn.set(source, drawing);
    const bytes = await drawing;
    const file = { id, snapshotId: `slack-${ids.read}-${ts}-${id}`, bytes, name: `${id.toLowerCase()}.jpg`, mimeType: 'image/jpeg' };
    workspace.add(file);
    sent.set(id, { snapshotId: file.snapshotId, content, shows, accepted: false });
    journal.note(file.snapshotId, `posted: ${content.kind === 'face' ? `stranger ${String(content.stranger)}` : content.kind}`);
    return file;
  };

  return {
    sent: () => [...sent.values()],
    post: async (message, signal) => {
      const ts = (offset: number): string =>
        `${String(startedS + Math.floor(message.atMs / 1_000))}.${String(message.serial * 10 + offset).padStart(6, '0')}`;
      const caption = `Motion detected at ${message.camera}`;
      const made: [PlannedFile, CameraFile][] = [];
      for (const planned of message.files) made.push([planned, await upload(planned, ts(1))]);
      const about = made.map(([, { snapshotId }]) => snapshotId);
      if (message.caption === 'before it') void send(message, `Ec${String(message.serial)}`, { ts: ts(0), text: caption }, [], signal);
      const objects = made.map(([{ isStub }, file]) => (isStub ? stub(file.id) : fileObject(file, slackUrl)));
      const body = { ts: ts(1), subtype: 'file_share', text: message.caption === 'in it' ? caption : '', files: objects };
      const accept = (): void => {
        for (const { id } of message.files) {
          const own = sent.get(id);
          if (own) own.accepted = true;
        }
      };
      const deliveries = [send(message, `Ev${String(message.serial)}`, body, about, signal)];
      if (message.early) deliveries.push(send(message, `Ev${String(message.serial)}`, body, about, signal, 'early'));
      const accepted = await Promise.all(deliveries);
      if (accepted.includes(true)) accept();
      for (const afterMs of message.duplicatesAfterMs) {
        await pause(afterMs, signal);
        journal.count('duplicates');
        if (await send(message, `Ev${String(message.serial)}`, body, about, signal, `again ${String(afterMs)}`)) accept();
      }
    },
  };

  async function send(
    { serial }: PlannedMessage,
    eventId: string,
    message: Record<string, unknown>,
    about: string[],
    signal: AbortSignal,
    delivery = '',
  ): Promise<boolean> {
    if (delivery === 'early') journal.count('duplicates');
    const event = { type: 'message', channel: ids.read, user: 'U0CAMERA', bot_id: 'B0CAMERA', ...message };
    const body = JSON.stringify({ type: 'event_callback', team_id: ids.team, api_app_id: ids.app, event_id: eventId, event });
    const seed = options.seed + serial + delivery.length;
    return deliver({ id: `${eventId}${delivery && ` (${delivery})`}`, body }, about, { ...options, seed }, signal);
  }
}

const stub = (id: string): Record<string, unknown> => ({ id, mode: 'file_access', file_access: 'check_file_info', created: 0, user: '' });

async function bytesOf(content: Content): Promise<Buffer | null> {
  switch (content.kind) {
    case 'face':
      return drawFrame(content.stranger, content.seed);
    case 'empty':
      return drawFrame(null, content.seed);
    case 'cut-short':
      return (await drawFrame(null, 1)).subarray(0, 150);
    case 'text':
      return Buffer.from('This is no picture, whatever its name says.\n'.repeat(20));
    case 'no-bytes':
      return Buffer.alloc(0);
    case 'gone':
    case 'repeat':
      return null;
    default:
      return content satisfies never;
  }
}
