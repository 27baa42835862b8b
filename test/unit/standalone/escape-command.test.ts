import { escapeCommand } from '@watchpost/standalone/slack/front/escape-command';
import { describe, expect, it } from 'vitest';

const answers: Record<string, object> = {
  'conversations.list': { ok: true, channels: [{ id: 'C1', name: 'general' }] },
  'users.list': {
    ok: true,
    members: [
      { id: 'U1', name: 'sam', profile: { display_name: 'Sam' } },
      { id: 'U2', name: 'admin', profile: { display_name: 'You' } },
    ],
  },
};
const act = async (method: string) => Promise.resolve(answers[method] as never);

describe('a command on the page of the emulated Slack', () => {
  it('has the ids of the channels and members that were typed', async () => {
    expect(await escapeCommand('add Code --channels #general,#nowhere --exempt @you,@SAM a#general me@sam', act)).toBe(
      'add Code --channels <#C1|general>,#nowhere --exempt <@U2|you>,<@U1|SAM> a#general me@sam',
    );
  });
});
