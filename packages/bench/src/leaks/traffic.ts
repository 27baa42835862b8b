import { request } from 'node:http';
import { connect } from 'node:net';
import sharp from 'sharp';
import { readFile } from 'node:fs/promises';
import { makeSampleFrame } from '@watchpost/see/throughput/sample-frame';
import { pause } from '@watchpost/shared/wait';
import type { FakeSlack } from '../servers/fake-slack.ts';
import { signedHeaders } from '../servers/signed-request.ts';

export interface Traffic {
  ingestUrl: string;
  secret: string;
  slack: FakeSlack;
  /** Snapshots a second while the worker keeps up; half as many bad requests come with them. */
  rate: number;
  /** Jobs that wait. */
  backlog: () => Promise<number>;
}

export interface Sent {
  snapshots: number;
  corrupt: number;
  bad: number;
  heldBackS: number;
}

const width = 960;
const height = 540;
/** Jobs that may wait, in seconds of traffic. */
const maxBacklogS = 5;

/** Sends snapshots and bad requests, second by second, until the signal aborts. */
export async function sendTraffic({ ingestUrl, secret, slack, rate, backlog }: Traffic, sent: Sent, signal: AbortSignal): Promise<void> {
  const frames = await makeFrames();
  while (!signal.aborted) {
    if ((await backlog()) > rate * maxBacklogS) {
      sent.heldBackS += 1;
      await pause(1_000, signal).catch(() => undefined);
      continue;
    }
    for (let index = 0; index < rate && !signal.aborted; index += 1) {
      const number = sent.snapshots++;
      const id = `F${number}`;
      const isCorrupt = number % 10 === 9;
      if (isCorrupt) sent.corrupt += 1;
      const frame = frames[Math.floor(number / 3) % frames.length] ?? Buffer.alloc(0);
      const bytes = isCorrupt ? corrupt(frame, number) : frame;
      slack.files.set(id, { id, bytes, contentType: 'image/jpeg', info: {} });
      // No file is asked for again after so long.
      slack.files.delete(`F${number - 10_000}`);
      misbehave(slack, id, number);
      const body = eventBody(number, `${slack.url}/download/${id}`, bytes.length);
      // A duplicate now and then, as Slack sends them.
      for (let copies = number % 7 === 0 ? 2 : 1; copies > 0; copies -= 1)
        void post(`${ingestUrl}/api/events`, signedHeaders(secret, body), body);
      if (number % 2 === 0) {
        sent.bad += 1;
        void badRequest(ingestUrl, number / 2, body);
      }
      await pause(1_000 / rate, signal).catch(() => undefined);
    }
  }
}

/** A scene with three faces and one with none, in turn, in different light. Of three in a row the last two show what the first one did. */
async function makeFrames(): Promise<Buffer[]> {
  const scene = await readFile((await makeSampleFrame({ width, height })).file);
  const half = { left: 0, top: height / 2, width, height: height / 2 };
  const empty = await sharp(scene).extract(half).jpeg().toBuffer();
  const lit = [1, 0.8, 0.6].map(async (brightness) =>
    Promise.all([scene, empty].map(async (frame) => sharp(frame).modulate({ brightness }).jpeg().toBuffer())),
  );
  return (await Promise.all(lit)).flat();
}

function corrupt(frame: Buffer, number: number): Buffer {
  const kinds = [
    () => frame.subarray(0, frame.length / 3),
    () => Buffer.from('<html>Sign in</html>'),
    () => Buffer.alloc(0),
    () => Buffer.from(frame).fill(0xff, 20, 600),
  ];
  return kinds[Math.floor(number / 10) % kinds.length]?.() ?? frame;
}

/** Slack is at times slow down, cut off, or not itself. */
function misbehave(slack: FakeSlack, id: string, number: number): void {
  if (number % 25 === 3) slack.mischief(`/download/${id}`, { kind: 'status', status: 429, headers: { 'retry-after': '1' } });
  if (number % 25 === 8) slack.mischief(`/download/${id}`, { kind: 'cut' });
  if (number % 25 === 13) slack.mischief(`/download/${id}`, { kind: 'status', status: 500 });
  if (number % 100 === 18) slack.mischief('files.getUploadURLExternal', { kind: 'status', status: 429, headers: { 'retry-after': '1' } });
  if (number % 100 === 43) slack.mischief('files.info', { kind: 'html' });
}

/** What strangers send: unsigned, malformed, forged, too large, cut off, to nowhere. */
async function badRequest(ingestUrl: string, number: number, body: string): Promise<void> {
  const events = `${ingestUrl}/api/events`;
  const json = { 'content-type': 'application/json' };
  const kinds = [
    () => post(events, json, body),
    () => post(events, signedHeaders('not the secret', body), body),
    () => post(events, signedHeaders('not the secret', body), body.slice(0, 40)),
    () => post(events, json, 'x'.repeat(2_000_000)),
    () => post(`${ingestUrl}/nowhere/${number}`, json, '{}'),
    () => cutOff(ingestUrl),
  ];
  await kinds[number % kinds.length]?.();
}

/** Begins a request and goes away. */
async function cutOff(ingestUrl: string): Promise<void> {
  const { hostname, port } = new URL(ingestUrl);
  await new Promise<void>((resolve) => {
    const socket = connect(Number(port), hostname, () => {
      socket.write('POST /api/events HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 5000\r\n\r\n{"type":');
      setTimeout(() => socket.destroy(), 50);
    });
    socket.once('error', () => undefined).once('close', () => resolve());
  });
}

/** On a connection of its own, as from many senders. */
async function post(url: string, headers: Record<string, string>, body: string): Promise<void> {
  await new Promise<void>((resolve) => {
    const sending = request(
      url,
      { method: 'POST', agent: false, headers: { ...headers, 'content-length': Buffer.byteLength(body) } },
      (response) => {
        response.resume();
      },
    );
    sending.setTimeout(10_000, () => sending.destroy());
    sending.once('error', () => undefined).once('close', () => resolve());
    sending.end(body);
  });
}

function eventBody(number: number, url: string, size: number): string {
  const ts = `${Math.floor(Date.now() / 1_000)}.${String(number % 1_000_000).padStart(6, '0')}`;
  const file = { id: `F${number}`, name: 'frame.jpg', mimetype: 'image/jpeg', filetype: 'jpg', size, url_private_download: url };
  const event = { type: 'message', subtype: 'file_share', channel: 'C0BENCH', user: 'U0CAM', bot_id: 'B0CAM', ts, text: '', files: [file] };
  return JSON.stringify({ type: 'event_callback', team_id: 'T1', api_app_id: 'A0WATCH', event_id: `Ev${number}`, event });
}
