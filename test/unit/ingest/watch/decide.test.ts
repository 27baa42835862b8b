import { decide, type Decision, type WhatIsKnown } from '@watchpost/ingest/platforms/slack/watch/1-decide';
import type { Message } from '@watchpost/shared/chat/message';
import { describe, expect, it } from 'vitest';
import { sampleRule } from '../../../support/sample-rule.ts';

const places = { readChannels: new Set(['C0CAMS', 'C0BOTH']), writeChannel: 'C0BOTH', adminChannel: 'C0ADMINS' };
const identity = { userId: 'U0WATCH', botId: 'B0WATCH', appId: 'A0WATCH' };
const file = { id: 'F1', name: 'a.txt', mimeType: null, sizeBytes: 1, url: null, thumbnailUrl: null };
const person = { member: 'U1', bot: null, app: null };
const we = { member: 'U0WATCH', bot: 'B0WATCH', app: 'A0WATCH' };
const otherBot = { member: 'U2', bot: 'B2', app: 'A2' };

interface Case {
  in?: string;
  by?: Message['author'];
  files?: number;
  isDirect?: boolean;
  known?: Partial<WhatIsKnown>;
}

function decided({ in: channel = 'C1', by: author = person, files = 0, isDirect = false, known = {} }: Case): Decision {
  const content = { texts: [{ where: 'text', text: 'key-1' }], before: null, files: Array.from({ length: files }, () => file) };
  const ref = { channel: `slack:${channel}` as const, messageId: '1.2', thread: null, postedAtMs: 1, isDirect };
  return decide({ ...ref, author, content }, { rules: [sampleRule()], identity, ourAppId: 'A0WATCH', ...known }, places);
}
const rules = (...over: Parameters<typeof sampleRule>[0][]) => ({ known: { rules: over.map((each) => sampleRule(each)) } });

describe('whether rules look at a message', () => {
  it.each<[string, Decision, Case]>([
    ['a message in a channel', 'judge', {}],
    ['that of another bot', 'judge', { by: otherBot }],
    ['one in the results channel, by others', 'judge', { in: 'C0BOTH', by: otherBot }],
    ['one in the admin channel, where samples are pasted', 'admin-channel', { in: 'C0ADMINS' }],
    ['one of no rule', 'no-rule', rules()],
    ['one of a rule that is disabled', 'no-rule', rules({ enabled: false })],
    ['one of a rule in dry run', 'judge', rules({ dryRun: true })],
    ['one in a channel that a rule lists', 'judge', rules({ scope: { in: 'some', channels: ['slack:C1'] } })],
    ['one in a channel that no rule lists', 'no-rule', rules({ scope: { in: 'some', channels: ['slack:C2', 'slack:C'] } })],
    ['one in a channel that the rule leaves out', 'no-rule', rules({ scope: { in: 'all-but', channels: ['slack:C1'] } })],
    ['one that another rule applies to', 'judge', rules({ scope: { in: 'all-but', channels: ['slack:C1'] } }, { id: 'r2' })],
    ['one by somebody who is exempt', 'no-rule', rules({ exempt: ['slack:U1'] })],
    ['one by an app that is exempt', 'no-rule', { by: otherBot, ...rules({ exempt: ['slack:A2'] }) }],
    ['one without files, of a rule about files', 'no-rule', rules({ scan: 'files' })],
    ['one with a file, of a rule about files', 'judge', { files: 1, ...rules({ scan: 'files' }) }],
    ['a direct message', 'direct', { in: 'D1', isDirect: true }],
    [
      'a direct message that a rule leaves unnamed',
      'direct',
      { in: 'D1', isDirect: true, ...rules({ scope: { in: 'all-but', channels: ['slack:C1'] } }) },
    ],
    [
      'a direct message that a rule lists',
      'judge',
      { in: 'D1', isDirect: true, ...rules({ scope: { in: 'some', channels: ['slack:D1'] } }) },
    ],
    [
      'our own in a direct message that a rule lists',
      'own',
      { in: 'D1', isDirect: true, by: we, files: 1, ...rules({ scope: { in: 'some', channels: ['slack:D1'] } }) },
    ],
    ['our own notice in a channel', 'own', { by: we }],
    ['our own text in a read channel', 'own', { in: 'C0CAMS', by: we }],
    ['our own file in another channel', 'own', { by: we, files: 1 }],
    ['our own picture in the results channel, where cameras post too', 'own', { in: 'C0BOTH', by: we, files: 1 }],
    ["a camera's picture that comes through our own app", 'judge', { in: 'C0CAMS', by: we, files: 1 }],
    ['our own, by the id of the bot alone', 'own', { by: { member: null, bot: 'B0WATCH', app: null } }],
    [
      'our own, by the app that the envelope names',
      'own',
      { by: { member: null, bot: 'B9', app: 'A9' }, known: { identity: null, ourAppId: 'A9' } },
    ],
  ])('%s: %s', (_, expected, given) => expect(decided(given)).toBe(expected));

  describe('while the rules are not known', () => {
    const known = { rules: null };
    it.each<[string, Decision, Case]>([
      ['all of a channel is taken', 'judge', { known }],
      ['but no direct message', 'direct', { in: 'D1', isDirect: true, known }],
      ['nor our own', 'own', { by: we, known }],
      ['nor what is in the admin channel', 'admin-channel', { in: 'C0ADMINS', known }],
    ])('%s: %s', (_, expected, given) => expect(decided(given)).toBe(expected));
  });

  describe('while Slack has not said who we are', () => {
    const known = { identity: null };
    it.each<[string, Decision, Case]>([
      ["people's messages are theirs", 'judge', { known }],
      ['a bot without an app may be us', 'unsure', { by: { ...otherBot, app: null }, known }],
      ['a bot of another app is not', 'judge', { by: otherBot, known }],
      ['unless nobody says which app is ours', 'unsure', { by: otherBot, known: { identity: null, ourAppId: null } }],
      ['whoever posts in the results channel may be us', 'unsure', { in: 'C0BOTH', known }],
      ['a picture in a read channel is taken whoever it is of', 'judge', { in: 'C0CAMS', by: { ...otherBot, app: null }, files: 1, known }],
    ])('%s: %s', (_, expected, given) => expect(decided(given)).toBe(expected));
  });
});
