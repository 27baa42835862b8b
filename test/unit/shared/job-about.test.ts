import { aboutJob } from '@watchpost/shared/jobs/job-about';
import { expect, it } from 'vitest';

it('shows ids, times and words of ours, with the groups that they are in, and nothing else', () => {
  const data = {
    v: 1,
    kind: 'interaction',
    atMs: 5,
    by: { member: 'U1', channel: 'slack:C1', url: 'https://hooks.example/secret' },
    deed: { do: 'press', target: { action: 'is', visit: 'v1', subject: 'p1' }, who: { name: 'Ada Lovelace' } },
    text: 'hidden words',
    sealed: 'AAAA',
    messageId: 'x'.repeat(201),
    files: [{ fileId: 'F1' }],
  };
  expect(aboutJob('interaction', data)).toEqual({
    v: 1,
    atMs: 5,
    'by.channel': 'slack:C1',
    'deed.target.action': 'is',
    'deed.target.visit': 'v1',
  });
});

it('names a job on a schedule, and no other', () => {
  expect([aboutJob('scheduled', { name: 'rates' }), aboutJob('mail', { name: 'Ada' }), aboutJob('mail', null)]).toEqual([
    { name: 'rates' },
    {},
    {},
  ]);
});
