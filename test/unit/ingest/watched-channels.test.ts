import { createWatchedChannels } from '@watchpost/ingest/platforms/slack/backfill/watched-channels';
import type { Rule, Scope } from '@watchpost/rules/rule';
import { AppError } from '@watchpost/shared/errors';
import type { SlackCall } from '@watchpost/slack/calls';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { dryRuleSample } from '../../support/rule-samples.ts';

const never = new AbortController().signal;
const ofScope = (scope: Scope, over: Partial<Rule> = {}) => dryRuleSample({ scope, ...over });

/** The bot is in C1, C2 and C0ADMINS, which Slack lists two to a page. */
async function channelsOf(rules: Rule[], answer: (cursor: unknown) => unknown = page) {
  const asked: Record<string, unknown>[] = [];
  const logged: string[] = [];
  const call: SlackCall = async (method, args, schema) => {
    asked.push({ method, ...args });
    return schema.parse(answer(args['cursor']));
  };
  const log = pino({ level: 'info' }, { write: (line: string) => void logged.push(line) });
  const watching = { rules: () => rules, ready: async () => rules };
  const channels = await createWatchedChannels({ call, watching, adminChannel: 'C0ADMINS', log, backoff: { firstMs: 1, maxMs: 1 } })(never);
  return { channels, asked, logged };
}
const page = (cursor: unknown) =>
  cursor === 'next'
    ? { ok: true, channels: [{ id: 'C0ADMINS' }], response_metadata: { next_cursor: '' } }
    : { ok: true, channels: [{ id: 'C1' }, { id: 'C2' }], response_metadata: { next_cursor: 'next' } };

describe('the channels that rules look at', () => {
  it('are those that they name, without asking Slack', async () => {
    const named = ofScope({ in: 'some', channels: ['slack:C8', 'slack:C9', 'other:C7', 'slack:C0ADMINS'] });
    const { channels, asked } = await channelsOf([named, ofScope({ in: 'some', channels: ['slack:C9'] })]);
    expect(channels).toEqual(['C8', 'C9']);
    expect(asked).toEqual([]);
  });

  it('are for a rule about all channels those that the bot is in, but for direct messages and the admin channel', async () => {
    const { channels, asked } = await channelsOf([ofScope({ in: 'all' })]);
    expect(channels).toEqual(['C1', 'C2']);
    expect(asked).toHaveLength(2);
    expect(asked[0]).toMatchObject({ method: 'users.conversations', types: 'public_channel,private_channel', exclude_archived: true });
  });

  it('are less those that a rule leaves out, unless another one is about them', async () => {
    const but = ofScope({ in: 'all-but', channels: ['slack:C1'] });
    expect((await channelsOf([but])).channels).toEqual(['C2']);
    expect((await channelsOf([but, ofScope({ in: 'some', channels: ['slack:C1'] })])).channels).toEqual(['C1', 'C2']);
  });

  it('are none of a rule that is disabled', async () => {
    expect(await channelsOf([ofScope({ in: 'all' }, { enabled: false })])).toMatchObject({ channels: [], asked: [] });
  });

  it('are those that rules name where Slack does not list the others, and the log says which scopes are missing', async () => {
    const refuse = () => {
      throw new AppError('chat-not-authorised', 'users.conversations: missing_scope');
    };
    const rules = [ofScope({ in: 'all' }), ofScope({ in: 'some', channels: ['slack:C9'] })];
    const { channels, logged } = await channelsOf(rules, refuse);
    expect(channels).toEqual(['C9']);
    expect(logged.join('')).toMatch(/channels:read, groups:read/);
  });

  it('are those that rules name where Slack goes on failing', async () => {
    let asked = 0;
    const fail = () => {
      asked += 1;
      throw new AppError('chat-unavailable', 'away');
    };
    const { channels } = await channelsOf([ofScope({ in: 'all' })], fail);
    expect([channels, asked]).toEqual([[], 5]);
  });

  it('are asked for again where Slack limits the rate', async () => {
    let limited = 7;
    const answer = (cursor: unknown) => {
      limited -= 1;
      if (limited >= 0) throw new AppError('chat-rate-limited', 'later', { retryAfterMs: 1 });
      return page(cursor);
    };
    expect((await channelsOf([ofScope({ in: 'all' })], answer)).channels).toEqual(['C1', 'C2']);
  });
});
