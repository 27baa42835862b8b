import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { MemberProfile, PublicPicture } from '@watchpost/shared/chat/directory';
import { shownText } from '@watchpost/shared/text';
import { parseUrl } from '@watchpost/shared/parse-url';

const text = z.string().nullish().catch(null);
const flag = z.boolean().nullish().catch(null);

/** The part of users.info that others see. */
export const userInfo = z.looseObject({
  user: z.looseObject({
    name: text,
    real_name: text,
    is_bot: flag,
    profile: z
      .looseObject({
        display_name: text,
        real_name: text,
        title: text,
        avatar_hash: text,
        is_custom_image: flag,
        image_192: text,
        image_512: text,
        image_72: text,
        image_48: text,
      })
      .nullish()
      .catch(null),
  }),
});

/** The same of bots.info. */
export const botInfo = z.looseObject({
  bot: z.looseObject({
    name: text,
    icons: z.looseObject({ image_72: text, image_48: text, image_36: text }).nullish().catch(null),
  }),
});

const nameLimit = { characters: 80, units: 400 };

/** The first that there is something to see of. */
const firstShown = (...names: (string | null | undefined)[]): string =>
  names.map((name) => shownText(name ?? '', nameLimit)).find((name) => name !== null) ?? '';

/** A member: the name that it chose, else its real one; `name` is what Slack called it in former times. */
export function userProfile(
  { name, real_name: realName, is_bot: isBot, profile }: z.infer<typeof userInfo>['user'],
  id: string,
): MemberProfile {
  const images = [profile?.image_192, profile?.image_512, profile?.image_72, profile?.image_48];
  return {
    id,
    displayName: firstShown(profile?.display_name, profile?.real_name, realName, name, id),
    realName: firstShown(profile?.real_name, realName),
    title: firstShown(profile?.title),
    // Without a picture of its own a member has Slack's drawing.
    picture:
      profile?.is_custom_image === false
        ? null
        : pictureAt(
            images.find((url) => url),
            profile?.avatar_hash,
          ),
    isBot: isBot === true || id === 'USLACKBOT',
  };
}

/** A bot. */
export function botProfile({ name, icons }: z.infer<typeof botInfo>['bot'], id: string): MemberProfile {
  const picture = pictureAt([icons?.image_72, icons?.image_48, icons?.image_36].find((url) => url));
  return { id, displayName: firstShown(name, id), realName: '', title: '', picture, isBot: true };
}

/** `hash`: changes when the picture does; else its address does. */
export function pictureAt(url: string | null | undefined, hash?: string | null): PublicPicture | null {
  if (!url || url.length > 2_000 || !parseUrl(url) || !/^https?:/i.test(url)) return null;
  return { url, id: hash || createHash('sha256').update(url).digest('hex').slice(0, 16) };
}
