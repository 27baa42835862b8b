import { AppError } from '@watchpost/shared/errors';
import { createLogger } from '@watchpost/shared/observability/logger';
import { createPlatformGates } from '@watchpost/worker/platform-gates';
import { expect, it, onTestFinished } from 'vitest';
import { until } from '../../support/until.ts';

const unexpected = async (): Promise<never> => Promise.reject(new Error('nobody was to be asked'));
const nobody = { download: unexpected, permalink: unexpected };

function rig() {
  const wrong = new Map<string, AppError>();
  const raised: { topic: string; text: string }[] = [];
  const cleared: string[] = [];
  const checks: string[] = [];
  const stopping = new AbortController();
  const platform = (prefix: string) => ({
    prefix,
    chat: {
      check: async () => {
        checks.push(prefix);
        const error = wrong.get(prefix);
        if (error) throw error;
      },
      ...nobody,
    },
  });
  const begin = () => {
    const gates = createPlatformGates(
      {
        platforms: [platform('slack'), platform('telegram')],
        alerts: { raise: (alert) => void raised.push(alert), clear: (topic) => void cleared.push(topic) },
        log: createLogger('test', 'silent'),
        recheckMs: 5,
      },
      stopping.signal,
    );
    onTestFinished(async () => {
      stopping.abort();
      await gates.done;
    });
    return { gates, platformFor: gates.guard((channel) => channel) };
  };
  return { wrong, raised, cleared, checks, begin };
}
const revoked = new AppError('chat-not-authorised', 'the token is wrong');

it('a platform that refuses us at the start is closed until it takes us again; the other one never is', async () => {
  const { wrong, raised, cleared, begin } = rig();
  wrong.set('telegram', revoked);
  const { gates, platformFor } = begin();
  await until('it is closed', () => gates.missing().length > 0);
  expect(gates.missing()).toEqual([{ need: 'telegram', reason: 'the token is wrong' }]);
  expect(() => platformFor('telegram:1')).toThrow(expect.objectContaining({ code: 'chat-not-authorised', retry: 'repairable' }));
  expect(platformFor('slack:C1')).toBe('slack:C1');
  wrong.clear();
  await until('it is open', () => gates.missing().length === 0);
  expect(platformFor('telegram:1')).toBe('telegram:1');
  expect([raised.map(({ topic }) => topic), cleared]).toEqual([['platform-telegram'], ['platform-telegram']]);
});

it('a fault that no check sees is told, and closes nothing', async () => {
  const { raised, begin } = rig();
  const { gates, platformFor } = begin();
  await gates.suspect(new AppError('channel-not-available', 'the bot is not in the channel'));
  expect(raised).toEqual([
    {
      topic: 'repair-channel-not-available',
      text: 'a job waits: the bot is not in the channel: invite the bot to the results channel',
      code: 'channel-not-available',
    },
  ]);
  expect(platformFor('telegram:1')).toBe('telegram:1');
});

it('a platform that is merely away stays open, and many failures together ask it once', async () => {
  const { wrong, checks, begin } = rig();
  wrong.set('slack', new AppError('chat-unavailable', 'no response'));
  const { gates, platformFor } = begin();
  await Promise.all(Array.from({ length: 50 }, async () => gates.suspect(revoked)));
  expect(checks.length).toBeLessThanOrEqual(4);
  expect(platformFor('slack:C1')).toBe('slack:C1');
});
