import type { SlackMessage } from '@watchpost/ingest/platforms/slack/2-parse';
import { createRecentCaptions } from '@watchpost/ingest/platforms/slack/recent-captions';
import { describe, expect, it } from 'vitest';

function message(atMs: number, over: Partial<SlackMessage> = {}): SlackMessage {
  return {
    channel: 'C1',
    messageId: `${String(atMs)}.0`,
    postedAtMs: atMs,
    threadId: null,
    author: { userId: 'U1', botId: 'B1', appId: null },
    text: '',
    files: [],
    malformedFiles: 0,
    ...over,
  };
}
const by = (userId: string | null, botId: string | null): Pick<SlackMessage, 'author'> => ({ author: { userId, botId, appId: null } });

describe('recent captions', () => {
  it('name the camera of the file that follows within ten seconds', () => {
    const captions = createRecentCaptions();
    captions.remember(message(1_000), 'Door');
    expect(captions.cameraFor(message(1_800))).toBe('Door');
    expect(captions.cameraFor(message(11_000))).toBe('Door');
    expect(captions.cameraFor(message(11_001))).toBeNull();
  });

  it('name no file that came before them, or in another channel, or from somebody else', () => {
    const captions = createRecentCaptions();
    captions.remember(message(1_000), 'Door');
    expect(captions.cameraFor(message(999))).toBeNull();
    expect(captions.cameraFor(message(1_500, { channel: 'C2' }))).toBeNull();
    expect(captions.cameraFor(message(1_500, by('U2', 'B2')))).toBeNull();
    expect(captions.cameraFor(message(1_500, by(null, null)))).toBeNull();
  });

  it('know their author by user or by bot, as a file may name one of them only', () => {
    const captions = createRecentCaptions();
    captions.remember(message(1_000), 'Door');
    expect(captions.cameraFor(message(1_500, by('U1', null)))).toBe('Door');
    expect(captions.cameraFor(message(1_500, by(null, 'B1')))).toBe('Door');
  });

  it('serve cameras of one bot that take turns', () => {
    const captions = createRecentCaptions();
    captions.remember(message(1_000), 'Door');
    expect(captions.cameraFor(message(1_500))).toBe('Door');
    captions.remember(message(2_000), 'Garage');
    expect(captions.cameraFor(message(2_500))).toBe('Garage');
    captions.remember(message(3_000), 'Door');
    expect(captions.cameraFor(message(3_500))).toBe('Door');
  });

  it('name none when two cameras wait for their file: no camera is better than the wrong one', () => {
    const captions = createRecentCaptions();
    captions.remember(message(1_000), 'Door');
    captions.remember(message(1_100), 'Garage');
    expect(captions.cameraFor(message(1_500))).toBeNull();
    expect(captions.cameraFor(message(1_600))).toBeNull();
    expect(captions.cameraFor(message(11_050))).toBe('Garage');
  });

  it('are in no doubt in the thread of the caption', () => {
    const captions = createRecentCaptions();
    captions.remember(message(1_000), 'Door');
    captions.remember(message(1_100), 'Garage');
    expect(captions.cameraFor(message(1_500, { threadId: '1000.0' }))).toBe('Door');
  });

  it('give the same answer when Slack delivers caption and file again', () => {
    const captions = createRecentCaptions();
    for (const _ of [1, 2]) {
      captions.remember(message(1_000), 'Door');
      expect(captions.cameraFor(message(1_500))).toBe('Door');
      captions.remember(message(2_000), 'Garage');
      expect(captions.cameraFor(message(2_500))).toBe('Garage');
    }
  });

  it('forget authors not heard for longest', () => {
    const captions = createRecentCaptions({ maxAuthors: 2 });
    captions.remember(message(1_000, by('U1', null)), 'Door');
    captions.remember(message(1_000, by('U2', null)), 'Garage');
    captions.remember(message(1_001, by('U1', null)), 'Door');
    captions.remember(message(1_000, by('U3', null)), 'Hall');
    expect(captions.cameraFor(message(1_500, by('U2', null)))).toBeNull();
    expect(captions.cameraFor(message(1_500, by('U1', null)))).toBe('Door');
    expect(captions.cameraFor(message(1_500, by('U3', null)))).toBe('Hall');
  });
});
