import type { EntryView } from './view.ts';

/**
 * An entry whose addresses are whole, for readers that do not know where it comes from. `origin`: what stands before those that begin with
 * `/`, such as `https://live.example.org`.
 */
export function absolute(view: EntryView, origin: string): EntryView {
  const whole = (url: string | null): string | null => (url?.startsWith('/') ? origin + url : url);
  return {
    ...view,
    // Only attributes have such quotes: those in texts are escaped.
    html: view.html.replaceAll(' src="/', ` src="${origin}/`),
    user: { ...view.user, image_48: whole(view.user.image_48) },
    pictures: view.pictures.map((picture) => ({ ...picture, url: whole(picture.url) })),
  };
}
