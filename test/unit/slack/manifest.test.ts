import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { fromRoot } from '../../support/root.ts';

const command = z.strictObject({
  command: z
    .string()
    .regex(/^\/[a-z]+$/)
    .max(32),
  description: z.string().max(2_000),
  usage_hint: z.string().max(1_000),
  should_escape: z.literal(true),
  url: z.string().optional(),
});
/** As far as Slack documents its limits, and as far as we need it. */
const manifestSchema = z.strictObject({
  _metadata: z.object({ major_version: z.literal(2), minor_version: z.literal(1) }),
  display_information: z.strictObject({ name: z.string().max(35), description: z.string().max(140), background_color: z.string() }),
  features: z.strictObject({
    // Direct messages fail without the messages tab.
    app_home: z.strictObject({
      home_tab_enabled: z.literal(true),
      messages_tab_enabled: z.literal(true),
      messages_tab_read_only_enabled: z.boolean(),
    }),
    bot_user: z.object({ display_name: z.string().max(80), always_online: z.boolean() }),
    slash_commands: z.array(command).length(2),
    shortcuts: z
      .array(
        z.strictObject({
          name: z.string().max(24),
          type: z.literal('message'),
          callback_id: z.string().max(255),
          description: z.string().max(150),
        }),
      )
      .max(10),
  }),
  oauth_config: z.strictObject({ scopes: z.strictObject({ bot: z.array(z.string()), user: z.array(z.string()) }) }),
  settings: z.strictObject({
    event_subscriptions: z.strictObject({ request_url: z.string().optional(), bot_events: z.array(z.string()) }),
    interactivity: z.strictObject({
      is_enabled: z.literal(true),
      request_url: z.string().optional(),
      message_menu_options_url: z.string().optional(),
    }),
    org_deploy_enabled: z.literal(false),
    socket_mode_enabled: z.boolean(),
    token_rotation_enabled: z.literal(false),
  }),
});
const read = (name: string) => manifestSchema.parse(parse(readFileSync(fromRoot(`deploy/${name}`), 'utf8')));
const [http, socket] = [read('slack-app.yaml'), read('slack-app-socket-mode.yaml')];

describe('the manifests of the Slack app', () => {
  it('name the addresses at which ingest listens', () => {
    const { event_subscriptions: events, interactivity } = http.settings;
    expect([events.request_url, interactivity.request_url, interactivity.message_menu_options_url]).toEqual([
      'https://HOST/api/events',
      'https://HOST/api/interactions',
      'https://HOST/api/interactions',
    ]);
    expect(http.features.slash_commands.map(({ url }) => url)).toEqual(['https://HOST/api/commands', 'https://HOST/api/commands']);
    expect(http.settings.socket_mode_enabled).toBe(false);
  });

  it('are the same, but for the addresses, which Socket Mode has none of', () => {
    const text = JSON.stringify(http, (key, value: unknown) => (key.endsWith('url') ? undefined : value));
    const withoutAddresses = manifestSchema.parse(JSON.parse(text));
    expect(socket).toEqual({ ...withoutAddresses, settings: { ...withoutAddresses.settings, socket_mode_enabled: true } });
  });

  it('ask for what is used', () => {
    expect(http.oauth_config.scopes.bot).toEqual(
      'channels:history groups:history channels:read groups:read files:read files:write chat:write commands users:read im:write im:history usergroups:read reactions:read emoji:read reactions:write'.split(
        ' ',
      ),
    );
    expect(http.settings.event_subscriptions.bot_events).toEqual(
      'message.channels message.groups app_home_opened reaction_added reaction_removed user_change emoji_changed channel_rename'.split(' '),
    );
    expect(http.features.slash_commands.map(({ command: name }) => name)).toEqual(['/faces', '/rules']);
    // A message and a file of others are removed with a person's token, and nothing else is done with it.
    expect(http.oauth_config.scopes.user).toEqual(['chat:write', 'files:write']);
    expect(http.features.shortcuts[0]?.callback_id).toBe('recognise_faces');
  });
});
