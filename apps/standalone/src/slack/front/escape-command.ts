import { z } from 'zod';
import type { Answer } from './web-api.ts';

const channelsSchema = z.looseObject({ channels: z.array(z.looseObject({ id: z.string(), name: z.string() })) });
const membersSchema = z.looseObject({
  members: z.array(
    z.looseObject({
      id: z.string(),
      name: z.string(),
      profile: z.looseObject({ display_name: z.string().default('') }).catch({ display_name: '' }),
    }),
  ),
});

type Act = (method: string, args: Record<string, unknown>, as?: 'app' | 'user') => Promise<Answer>;

/** The text of a command as Slack sends it to an app whose commands have `should_escape`: `#general` and `@ada` with their ids. */
export async function escapeCommand(text: string, act: Act): Promise<string> {
  const channels = text.includes('#') ? channelsSchema.safeParse(await act('conversations.list', { limit: 1_000 }, 'user')).data : null;
  const members = text.includes('@') ? membersSchema.safeParse(await act('users.list', { limit: 1_000 }, 'user')).data : null;
  const ids = new Map<string, string>();
  for (const { id, name } of channels?.channels ?? []) ids.set(`#${name}`, id);
  for (const { id, name, profile } of members?.members ?? [])
    for (const each of [name, profile.display_name]) ids.set(`@${each.toLowerCase()}`, id);
  return text.replaceAll(/(?<=^|[\s,:=])([#@])([\p{L}\p{N}._-]+)/gu, (typed, mark: string, name: string) => {
    const id = ids.get(typed.toLowerCase());
    return id === undefined ? typed : `<${mark}${id}|${name}>`;
  });
}
