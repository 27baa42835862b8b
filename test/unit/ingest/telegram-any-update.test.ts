import { jobDefinitions, parseJob } from '@watchpost/shared/jobs/job-kinds';
import { packTalk, packTarget } from '@watchpost/telegram/callback-data';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { telegramRig } from '../../support/telegram-door-rig.ts';
import { ada, cameraChannel, cameras, clicks, group, message, nowS, photo, says, shows, update } from '../../support/telegram-updates.ts';

const visit = '0123456789abcdefABCDEF';
const document = {
  file_id: 'D',
  file_unique_id: 'Du',
  file_name: 'a.heic',
  mime_type: 'image/heic',
  file_size: 5,
  thumbnail: { file_id: 'T' },
};
const origin = { type: 'channel', date: 1, chat: { id: -5, type: 'channel', title: 'Garden' }, message_id: 1 };

/** One of each kind, as Telegram sends them. */
const samples = [
  says('/help me', { chat: group, entities: [{ type: 'bot_command', offset: 0, length: 5 }], reply_to_message: message() }),
  says('/lastseen Ada'),
  shows({ chat: cameras, caption: 'Motion at Gate', media_group_id: '1', forward_origin: origin }),
  shows({ document, photo: undefined }),
  update('edited_message', message({ chat: cameras, photo: photo() })),
  update('channel_post', { message_id: 3, date: nowS(), chat: cameraChannel, photo: photo() }),
  clicks(packTalk('abc|go')),
  clicks(packTarget({ action: 'not', visit, number: 1, subject: null })),
  update('my_chat_member', {
    chat: group,
    from: ada,
    date: nowS(),
    old_chat_member: { status: 'left' },
    new_chat_member: { status: 'restricted', is_member: true },
  }),
  update('message', message({ chat: group, migrate_to_chat_id: -9 })),
];

/** The sample with something else in the place of some of its values. */
function spoiled(value: unknown, next: () => unknown): unknown {
  const other = next();
  if (other !== undefined) return other === 'missing' ? undefined : other;
  if (Array.isArray(value)) return value.map((each) => spoiled(each, next));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, spoiled(each, next)]));
}

const junk = fc.oneof(
  fc.constantFrom(
    'missing',
    null,
    true,
    -0,
    2 ** 52,
    -(2 ** 60),
    1.5,
    Number.MAX_VALUE,
    '',
    [],
    {},
    '\u0000',
    '\uD800',
    '../..',
    'a|b',
    '__proto__',
  ),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.integer(),
);

it('whatever an update holds, it is taken or left out, and each job of it is one that the worker reads', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...samples),
      fc.array(fc.option(junk, { nil: undefined, freq: 12 }), { minLength: 60, maxLength: 60 }),
      async (sample, changes) => {
        const { takeUpdate, sent, logged } = telegramRig();
        let index = 0;
        const body: unknown = JSON.parse(
          JSON.stringify(spoiled(sample, () => (index === 0 ? void (index += 1) : changes[index++]))) ?? 'null',
        );
        const taken = await takeUpdate(body, () => 1_000);
        expect(taken.outcome).not.toBe('failed');
        expect(logged.filter((line) => line.includes('"level":50') && !line.includes('new number'))).toEqual([]);
        for (const job of sent) {
          expect(jobDefinitions[job.kind].id(job as never)).toMatch(/^[\w.-]{1,200}$/);
          expect(() => parseJob(job.kind, JSON.parse(JSON.stringify(job)))).not.toThrow();
        }
      },
    ),
    { numRuns: 400 },
  );
});
