import type { Post } from '@watchpost/shared/chat/post';
import type { RichText } from '@watchpost/shared/chat/rich-text';
import { telegramPrefix } from '../channel.ts';

/** What a member is called; null: nobody knows. */
export type MemberName = (member: string, signal: AbortSignal) => Promise<string | null>;

/** The post with what its members are called: Telegram shows the text that it is given, and a number is no name. */
export async function withNames(post: Post, nameOf: MemberName, signal: AbortSignal): Promise<Post> {
  const named = (text: RichText): Promise<RichText> =>
    Promise.all(
      text.map(async (run) => {
        const { member, platform = telegramPrefix } = run;
        const isNumber = member !== undefined && run.text === member && platform === telegramPrefix;
        return isNumber ? { ...run, text: (await nameOf(member, signal)) ?? 'somebody' } : run;
      }),
    );
  const sections = await Promise.all(post.sections.map(async (section) => ({ ...section, text: await named(section.text) })));
  return { ...post, sections, footer: await named(post.footer) };
}
