import { encodeTarget } from '@watchpost/shared/chat/post';

/** What the buttons of these clicks are about. */
export const target = { action: 'not', visit: 'v1', number: 2, subject: 'ada' } as const;
const blocks = [{ type: 'section', text: { type: 'mrkdwn', text: '2: Ada' } }];

/** A click as Slack sends it; `over` replaces fields. */
export function click(value: string, over: Record<string, unknown> = {}, actionTs = '1700000000.123456'): Record<string, unknown> {
  return {
    type: 'block_actions',
    token: 'verification-token',
    user: { id: 'U1', username: 'ada' },
    team: { id: 'T1' },
    api_app_id: 'A0WATCH',
    trigger_id: '1.2.abc',
    response_url: 'https://hooks.slack.com/actions/T1/1/x',
    container: { type: 'message', message_ts: '1699999999.000100', channel_id: 'C0RESULTS', is_ephemeral: false },
    channel: { id: 'C0RESULTS', name: 'results' },
    message: { ts: '1699999999.000100', text: '2: Ada', blocks },
    actions: [{ type: 'button', action_id: 'watchpost:not', block_id: 'b', value, action_ts: actionTs }],
    ...over,
  };
}
/** "Not Ada". */
export const press = (over?: Record<string, unknown>, actionTs?: string) => click(encodeTarget(target), over, actionTs);
/** "This is…". */
export const is = (over?: Record<string, unknown>, actionTs?: string) => click(encodeTarget({ ...target, action: 'is' }), over, actionTs);
