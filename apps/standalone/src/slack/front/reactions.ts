import { z } from 'zod';
import { newId, type Answer, type Arguments, type Call } from './web-api.ts';

const who = z.looseObject({ user_id: z.string() });

export interface ReactionsOptions {
  call: Call;
  /** Sends an event to the app, as Slack does. */
  deliver: (body: unknown) => Promise<void>;
  teamId: string;
  appId: string;
  /** Called when a reaction was set or taken back. */
  changed: () => void;
}

/** `reactions.add` and `reactions.remove`: of the emulator's own events about them nobody can tell which one was last. */
export function reactionMethods({ call, deliver, teamId, appId, changed }: ReactionsOptions) {
  const react =
    (method: 'reactions.add' | 'reactions.remove', type: string) =>
    async (args: Arguments, token: string): Promise<Answer> => {
      const answer = await call(method, args, token);
      if (!answer.ok) return answer;
      const user = who.safeParse(await call('auth.test', {}, token)).data?.user_id;
      const now = Date.now();
      const item = { type: 'message', channel: args['channel'], ts: args['timestamp'] };
      const event = { type, user, reaction: args['name'], item, event_ts: (now / 1_000).toFixed(6) };
      const id = `Ev${newId()}`;
      changed();
      await deliver({
        type: 'event_callback',
        team_id: teamId,
        api_app_id: appId,
        event,
        event_id: id,
        event_time: Math.floor(now / 1_000),
      });
      return answer;
    };
  return [
    ['reactions.add', react('reactions.add', 'reaction_added')],
    ['reactions.remove', react('reactions.remove', 'reaction_removed')],
  ] as const;
}
