import { z } from 'zod';
import { channelId } from '@watchpost/shared/chat/chat';
import type { Feed } from '../feed.ts';
import { cleaned } from '../render/escape.ts';
import { absolute } from './absolute.ts';
import { withPictures } from './pictures-html.ts';
import type { EntryView } from './view.ts';

/** What the old service answered, name by name. Its descriptions are those of docs/feed-schema.md. */
export const oldShapeSchema = z.object({
  channel: z
    .object({
      id: z.string().describe("The channel's id in Slack."),
      headline: z.string().describe('Plain text.'),
      slug: z.string().describe('Its name in addresses.'),
      description: z.string().describe('HTML.'),
      live_content: z.string().describe('HTML; may hold frames.'),
    })
    .describe('What the feed is.'),
  messages: z
    .array(
      z.object({
        html: z.string().describe('What it says, with its pictures.'),
        ts: z.string().describe("The message's id in Slack, and the time when it was posted, in seconds."),
        user: z
          .object({
            image_48: z.string().describe('A square picture; a grey outline, if the author has none.'),
            display_name: z.string().describe('Without `<`, `>` and quotes: these are replaced by characters that look alike.'),
            title: z.string().describe('As `display_name`; may be empty.'),
          })
          .describe('Who wrote it.'),
        thread_id: z.string().optional().describe('Of a reply only: `ts` of the first message of its thread.'),
      }),
    )
    .describe('The newest first.'),
});
export type OldShape = z.infer<typeof oldShapeSchema>;

/** An outline of somebody: old front ends load whatever stands there. */
const nobodyUrl =
  'data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22 viewBox=%220 0 48 48%22%3E%3Crect width=%2248%22 height=%2248%22 fill=%22%23d8d8d8%22/%3E%3Cg fill=%22%23909090%22%3E%3Ccircle cx=%2224%22 cy=%2218%22 r=%228%22/%3E%3Cpath d=%22M8 48a16 16 0 0 1 32 0z%22/%3E%3C/g%3E%3C/svg%3E';

const lookAlikes: Readonly<Record<string, string>> = { '<': '‹', '>': '›', '"': '”', "'": '’' };

/** A name that does no harm in a front end that writes it into its HTML as it is, and reads well in one that does not. */
const harmless = (name: string): string => cleaned(name).replaceAll(/[<>"']/g, (character) => lookAlikes[character] ?? '');

/**
 * A feed in the old service's shape. `views`: the newest first. `origin`: stands before addresses of our own, as front ends put them into
 * pages of other servers: `https://live.example.org`.
 */
export function oldShapeOf(feed: Feed, views: readonly EntryView[], origin = ''): OldShape {
  return {
    channel: {
      id: channelId(feed.channel),
      headline: feed.headline,
      slug: feed.slug,
      description: feed.description,
      live_content: feed.liveContent,
    },
    messages: views
      .map((relative) => absolute(relative, origin))
      .map((view) => ({
        html: withPictures(view, { placeholders: true }),
        ts: view.ts,
        user: {
          image_48: view.user.image_48 ?? nobodyUrl,
          display_name: harmless(view.user.display_name),
          title: harmless(view.user.title),
        },
        ...(view.thread_id !== null && { thread_id: view.thread_id }),
      })),
  };
}
