import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startFakeSlack, type FakeSlack } from '@watchpost/bench/servers/fake-slack';
import type { ChannelKey } from '@watchpost/shared/chat/chat';
import type { ChatMembers } from '@watchpost/shared/chat/members';
import { createLogger } from '@watchpost/shared/observability/logger';
import { allowHosts, parseFileHost } from '@watchpost/slack/file-hosts';
import type { Entitled } from '@watchpost/slack/entitled';
import { createSlackMembers } from '@watchpost/slack/members';
import { callsTo, postsOn, sendUntilDone } from '../support/posts-rig.ts';

const never = new AbortController().signal;
let slack: FakeSlack;
let logged: string[];
let nowMs: number;
let members: ChatMembers;
// The first requests of a process take longer than the timeouts here.
beforeAll(async () => {
  slack = await startFakeSlack();
  await sendUntilDone(postsOn(slack));
  await slack.close();
});
beforeEach(async () => {
  slack = await startFakeSlack();
  [logged, nowMs] = [[], 1_000_000];
  members = membersWith('everyone');
});
afterEach(() => slack.close());

function membersWith(
  namers: Entitled,
  { admins = 'everyone', adminChannel = 'slack:CADMINS' }: { admins?: Entitled; adminChannel?: ChannelKey | null } = {},
): ChatMembers {
  const log = createLogger('test', 'warn', { write: (line) => void logged.push(line) });
  const allows = allowHosts([parseFileHost(slack.url)!]);
  const sendDirect = async (): Promise<never> => Promise.reject(new Error('nobody is sent anything'));
  return createSlackMembers({
    call: callsTo(slack),
    allows,
    namers,
    admins,
    channel: 'slack:CRESULTS',
    adminChannel,
    log,
    sendDirect,
    nowMs: () => nowMs,
  });
}
const callsOf = (method: string) => slack.calls.filter((call) => call.method === method);

describe('who may ask who was seen', () => {
  it('is who is in the results channel, whoever may name', async () => {
    slack.people.channels.set('CRESULTS', ['U0ADA']);
    slack.people.channels.set('COTHER', ['U0GUEST']);
    const listed = membersWith(['U0GUEST']);
    expect([await listed.mayRead('U0ADA', never), await listed.mayRead('U0GUEST', never)]).toEqual(['yes', 'no']);
    expect(await listed.mayName('U0ADA', never)).toBe('no');
  });

  it('is read page by page, and again after a minute', async () => {
    const many = Array.from({ length: 450 }, (_, index) => `U0${String(index)}`);
    slack.people.channels.set('CRESULTS', many);
    expect(await members.mayRead('U0449', never)).toBe('yes');
    expect(callsOf('conversations.members')).toHaveLength(3);
    slack.people.channels.set('CRESULTS', many.slice(0, 100));
    nowMs += 59_000;
    expect(await members.mayRead('U0449', never)).toBe('yes');
    expect(callsOf('conversations.members')).toHaveLength(3);
    nowMs += 2_000;
    expect(await members.mayRead('U0449', never)).toBe('no');
  });

  it('may ask a few seconds after joining', async () => {
    slack.people.channels.set('CRESULTS', ['U0ADA']);
    expect(await members.mayRead('U0NEW', never)).toBe('no');
    slack.people.channels.set('CRESULTS', ['U0ADA', 'U0NEW']);
    expect(await members.mayRead('U0NEW', never)).toBe('no');
    expect(callsOf('conversations.members')).toHaveLength(1);
    nowMs += 5_000;
    expect(await members.mayRead('U0NEW', never)).toBe('yes');
  });

  it('is not known where Slack will not say, and the log says what is missing once', async () => {
    for (const _ of [1, 2]) slack.mischief('conversations.members', { kind: 'error', error: 'missing_scope' });
    expect(await members.mayRead('U0ADA', never)).toBe('unknown');
    nowMs += 100_000;
    expect(await members.mayName('U0ADA', never)).toBe('unknown');
    expect(logged).toHaveLength(1);
    expect(logged[0]).toContain('channels:read');
  });

  it('is left to a later attempt while Slack does not answer', async () => {
    slack.mischief('conversations.members', { kind: 'status', status: 503 });
    await expect(members.mayRead('U0ADA', never)).rejects.toMatchObject({ code: 'chat-unavailable', retry: 'transient' });
  });

  it('is known of those who were found in a channel with more members than are read', async () => {
    const many = Array.from({ length: 10_001 }, (_, index) => `U0${String(index)}`);
    slack.people.channels.set('CRESULTS', many);
    expect(await members.mayRead('U09999', never)).toBe('yes');
    expect(await members.mayRead('U010000', never)).toBe('unknown');
    expect(logged).toHaveLength(1);
  });
});

describe('who may name people', () => {
  it('is everyone in the results channel', async () => {
    slack.people.channels.set('CRESULTS', ['U0BOB', 'U0ADA']);
    expect(await members.mayName('U0ADA', never)).toBe('yes');
    expect(await members.mayName('U0GUEST', never)).toBe('no');
  });

  it('is whoever is listed, and nobody else', async () => {
    const listed = membersWith(['U0ADA']);
    expect(await listed.mayName('U0ADA', never)).toBe('yes');
    expect(await listed.mayName('U0BOB', never)).toBe('no');
    expect(await listed.mayName('U0AD', never)).toBe('no');
    expect(slack.calls).toEqual([]);
  });

  it('may be a user group, whose members are asked for again after five minutes', async () => {
    const grouped = membersWith(['U0ADA', 'S0GUARDS']);
    slack.people.userGroups.set('S0GUARDS', ['U0BOB']);
    expect(await grouped.mayName('U0BOB', never)).toBe('yes');
    expect(await grouped.mayName('U0EVE', never)).toBe('no');
    slack.people.userGroups.set('S0GUARDS', ['U0EVE']);
    nowMs += 299_000;
    expect(await grouped.mayName('U0EVE', never)).toBe('no');
    expect(callsOf('usergroups.users.list')).toHaveLength(1);
    nowMs += 2_000;
    expect(await grouped.mayName('U0EVE', never)).toBe('yes');
    expect(await grouped.mayName('U0BOB', never)).toBe('no');
  });

  it('is who was in the group before, while Slack does not answer', async () => {
    const grouped = membersWith(['S0GUARDS']);
    slack.people.userGroups.set('S0GUARDS', ['U0BOB']);
    await grouped.mayName('U0BOB', never);
    nowMs += 400_000;
    slack.mischief('usergroups.users.list', { kind: 'status', status: 503 }, { kind: 'cut' });
    expect(await grouped.mayName('U0BOB', never)).toBe('yes');
    expect(await grouped.mayName('U0EVE', never)).toBe('no');
  });

  it('is not known before Slack has answered once', async () => {
    slack.mischief('usergroups.users.list', { kind: 'status', status: 503 });
    await expect(membersWith(['S0GUARDS']).mayName('U0BOB', never)).rejects.toMatchObject({ code: 'chat-unavailable', retry: 'transient' });
  });

  it('is only who is listed where the scope is missing; the log says so once', async () => {
    const grouped = membersWith(['U0ADA', 'S0GUARDS']);
    slack.people.userGroups.set('S0GUARDS', ['U0BOB']);
    slack.mischief('usergroups.users.list', { kind: 'error', error: 'missing_scope' }, { kind: 'error', error: 'missing_scope' });
    expect(await grouped.mayName('U0BOB', never)).toBe('no');
    nowMs += 400_000;
    expect(await grouped.mayName('U0BOB', never)).toBe('no');
    expect(await grouped.mayName('U0ADA', never)).toBe('yes');
    expect(logged).toHaveLength(1);
    expect(logged[0]).toContain('NAMERS');
    nowMs += 400_000;
    expect(await grouped.mayName('U0BOB', never)).toBe('yes');
  });
});

describe('who may manage rules', () => {
  it('is everyone in the admin channel, and nobody for being in the results channel', async () => {
    slack.people.channels.set('CADMINS', ['U0ADA']);
    slack.people.channels.set('CRESULTS', ['U0ADA', 'U0BOB']);
    expect([await members.mayAdminister('U0ADA', never), await members.mayAdminister('U0BOB', never)]).toEqual(['yes', 'no']);
  });

  it('is nobody where there is no admin channel', async () => {
    slack.people.channels.set('CRESULTS', ['U0ADA']);
    expect(await membersWith('everyone', { adminChannel: null }).mayAdminister('U0ADA', never)).toBe('no');
  });

  it('is whoever RULES_ADMINS lists, also without an admin channel, and no namer', async () => {
    slack.people.userGroups.set('S0GUARDS', ['U0BOB']);
    const listed = membersWith(['U0EVE'], { admins: ['U0ADA', 'S0GUARDS'], adminChannel: null });
    const may = await Promise.all(['U0ADA', 'U0BOB', 'U0EVE'].map((member) => listed.mayAdminister(member, never)));
    expect(may).toEqual(['yes', 'yes', 'no']);
    expect(await listed.mayName('U0EVE', never)).toBe('yes');
  });

  it('is not known where Slack will not say; the log names the admin channel', async () => {
    slack.mischief('conversations.members', { kind: 'error', error: 'missing_scope' });
    expect(await members.mayAdminister('U0ADA', never)).toBe('unknown');
    expect(logged).toHaveLength(1);
    expect(logged[0]).toMatch(/admin channel.*nobody else may manage rules/);
  });

  it('is only who is listed where the scope for groups is missing; the log names RULES_ADMINS', async () => {
    slack.mischief('usergroups.users.list', { kind: 'error', error: 'missing_scope' });
    expect(await membersWith('everyone', { admins: ['S0GUARDS'] }).mayAdminister('U0BOB', never)).toBe('no');
    expect(logged[0]).toContain('RULES_ADMINS');
  });
});
