import type { BlockElement } from '../blocks.ts';
import { type Block, findElement, optionsOf } from '../blocks.ts';

/** Who clicks, and where Slack says it happened. */
export interface Clicker {
  teamId: string;
  teamDomain: string;
  appId: string;
  userId: string;
  userName: string;
}

/** What was put into a field, or chosen. */
export interface FieldValue {
  block: string;
  action: string;
  value: string | null;
  /** Of an option that the app suggested. */
  label?: string | undefined;
  /** Of checkboxes. */
  values?: readonly string[] | undefined;
}

type Json = Record<string, unknown>;

const envelope = (type: string, { teamId, teamDomain, appId, userId, userName }: Clicker): Json => ({
  type,
  team: { id: teamId, domain: teamDomain },
  user: { id: userId, username: userName, name: userName, team_id: teamId },
  api_app_id: appId,
  token: 'emulated',
  enterprise: null,
  is_enterprise_install: false,
});

/** A value as Slack writes it into `state.values` and into an action: its shape follows from the element. */
export function valueOf(element: BlockElement, { value, label, values = [] }: Omit<FieldValue, 'block' | 'action'>): Json {
  const { type } = element;
  const option = (chosen: string): Json => {
    const known = optionsOf(element).find((each) => each.value === chosen);
    return { text: known?.text ?? { type: 'plain_text', text: label ?? chosen, emoji: true }, value: chosen };
  };
  const chosen = value === null || value === '' ? null : value;
  switch (type) {
    case 'button':
      return { type, text: element.text, ...(element.value !== undefined && { value: element.value }) };
    case 'static_select':
    case 'external_select':
    case 'overflow':
    case 'radio_buttons':
      return { type, selected_option: chosen === null ? null : option(chosen) };
    case 'checkboxes':
      return { type, selected_options: values.map(option) };
    case 'users_select':
      return { type, selected_user: chosen };
    case 'datepicker':
      return { type, selected_date: chosen };
    case 'timepicker':
      return { type, selected_time: chosen };
    default:
      return { type, value: chosen };
  }
}

/** `state.values` of a view or a message: what its fields hold now. */
export function stateOf(blocks: readonly Block[], fields: readonly FieldValue[]): Json {
  const values: Record<string, Json> = {};
  for (const field of fields) {
    const element = findElement(blocks, field.block, field.action);
    if (element) values[field.block] = { ...values[field.block], [field.action]: valueOf(element, field) };
  }
  return { values };
}

/** Where a click happened. */
export type Origin = { message: Json; channel: { id: string; name: string }; ephemeral: boolean; responseUrl: string } | { view: Json };

const containerOf = (origin: Origin): Json => {
  if ('view' in origin) return { container: { type: 'view', view_id: origin.view['id'] }, view: origin.view };
  const { message, channel, ephemeral, responseUrl } = origin;
  return {
    container: {
      type: 'message',
      message_ts: message['ts'],
      channel_id: channel.id,
      is_ephemeral: ephemeral,
      ...(message['thread_ts'] !== undefined && { thread_ts: message['thread_ts'] }),
    },
    channel,
    // Slack tells of an ephemeral message only where it is.
    ...(!ephemeral && { message }),
    response_url: responseUrl,
  };
};

/** A click on a button, or a choice from a menu. `at`: Slack's time stamp of it. */
export function blockActions(
  clicker: Clicker,
  origin: Origin,
  {
    blocks,
    fields,
    pressed,
    triggerId,
    at,
  }: { blocks: readonly Block[]; fields: readonly FieldValue[]; pressed: FieldValue; triggerId: string; at: string },
): Json | null {
  const element = findElement(blocks, pressed.block, pressed.action);
  if (!element) return null;
  const state = stateOf(blocks, fields);
  const action = { ...valueOf(element, pressed), action_id: pressed.action, block_id: pressed.block, action_ts: at };
  return {
    ...envelope('block_actions', clicker),
    trigger_id: triggerId,
    ...containerOf('view' in origin ? { view: { ...origin.view, state } } : origin),
    state,
    ...('view' in origin && { hash: origin.view['hash'] }),
    actions: [action],
  };
}

/** A modal's answer. */
export const viewSubmission = (clicker: Clicker, view: Json, state: Json, triggerId: string): Json => ({
  ...envelope('view_submission', clicker),
  trigger_id: triggerId,
  view: { ...view, state },
  response_urls: [],
});

/** A modal closed by its button. */
export const viewClosed = (clicker: Clicker, view: Json): Json => ({ ...envelope('view_closed', clicker), view, is_cleared: false });

/** What somebody has typed so far into a field whose options the app knows. */
export const blockSuggestion = (clicker: Clicker, origin: Origin, typed: { block: string; action: string; value: string }): Json => ({
  ...envelope('block_suggestion', clicker),
  ...containerOf(origin),
  block_id: typed.block,
  action_id: typed.action,
  value: typed.value,
});

/** A shortcut in a message's menu. */
export const messageAction = (
  clicker: Clicker,
  origin: Exclude<Origin, { view: Json }>,
  { callbackId, triggerId, at }: { callbackId: string; triggerId: string; at: string },
): Json => ({
  ...envelope('message_action', clicker),
  callback_id: callbackId,
  trigger_id: triggerId,
  action_ts: at,
  message_ts: origin.message['ts'],
  channel: origin.channel,
  message: origin.message,
  response_url: origin.responseUrl,
});

/** The form of a slash command. */
export const slashCommand = (
  clicker: Clicker,
  channel: { id: string; name: string },
  { command, text, triggerId, responseUrl }: { command: string; text: string; triggerId: string; responseUrl: string },
): Record<string, string> => ({
  token: 'emulated',
  team_id: clicker.teamId,
  team_domain: clicker.teamDomain,
  channel_id: channel.id,
  channel_name: channel.name,
  user_id: clicker.userId,
  user_name: clicker.userName,
  command,
  text,
  api_app_id: clicker.appId,
  is_enterprise_install: 'false',
  response_url: responseUrl,
  trigger_id: triggerId,
});
