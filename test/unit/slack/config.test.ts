import { expect, it } from 'vitest';
import { slackEnv, slackWorkerEnv } from '@watchpost/slack/config';

it.each(['https://user@slack.example/api/', 'https://user:secret@slack.example/api/', 'slack.com', 'ftp://slack.com/api/'])(
  'refuses %s as the Web API’s address: no request could be made to it',
  (url) => {
    const { success, error } = slackEnv.SLACK_API_URL.safeParse(url);
    expect(success).toBe(false);
    expect(error?.message).not.toContain('secret');
  },
);

it.each(['xoxb-1 2', 'xoxb-\u200b1', 'xoxb-“1”'])('refuses %s as a token: no request could carry it', (token) => {
  expect(slackEnv.SLACK_API_TOKEN.safeParse(token).success).toBe(false);
});

it('takes a token with blanks around it', () => {
  expect(slackEnv.SLACK_API_TOKEN.parse(' xoxb-1-a_B \n')).toBe('xoxb-1-a_B');
});

it('lets everyone name people unless it says who may', () => {
  const { NAMERS } = slackWorkerEnv;
  expect(NAMERS.parse(undefined)).toBe('everyone');
  expect(NAMERS.parse('everyone')).toBe('everyone');
  expect(NAMERS.parse(' U0ADA, S0GUARDS,U0ADA')).toEqual(['U0ADA', 'S0GUARDS']);
});

it.each(['nobody', '@ada', 'U0ADA,everyone', 'C0123', 'u0ada', ','])('refuses %s as those who may name people', (namers) => {
  expect(slackWorkerEnv.NAMERS.safeParse(namers).success).toBe(false);
});

it('takes nothing but a user token for removing what others wrote, and does not print what it refuses', () => {
  const { SLACK_USER_TOKEN: schema } = slackWorkerEnv;
  expect(schema.parse(' xoxp-1-a_B \n')).toBe('xoxp-1-a_B');
  expect(schema.parse(undefined)).toBeUndefined();
  for (const wrong of ['xoxb-1-hunter2', 'hunter2', 'xoxp-', 'xoxp-1 hunter2']) {
    const { success, error } = schema.safeParse(wrong);
    expect(success).toBe(false);
    expect(error?.message).not.toContain('hunter2');
  }
});

it('lets everyone in the admin channel manage rules unless it says who may', () => {
  const { RULES_ADMINS, ADMIN_SLACK_CHANNEL_ID } = slackWorkerEnv;
  expect(RULES_ADMINS.parse(undefined)).toBe('everyone');
  expect(RULES_ADMINS.parse('U0ADA,S0GUARDS')).toEqual(['U0ADA', 'S0GUARDS']);
  expect(ADMIN_SLACK_CHANNEL_ID.parse(undefined)).toBeUndefined();
  expect(ADMIN_SLACK_CHANNEL_ID.safeParse('#admins').success).toBe(false);
});
