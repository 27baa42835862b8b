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
