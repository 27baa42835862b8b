import { escapeHtml } from '../page-client/escape.ts';
import type { ShownFeed } from '../page-client/shown.ts';

/** What an editor copies into another page: a frame, and a script that gives it the height of what is in it. Beyond most of the window it scrolls. */
export function embedSnippet(origin: string, { slug, headline }: Pick<ShownFeed, 'slug' | 'headline'>): string {
  const address = `${origin}/feeds/${slug}/embed`;
  return `<iframe src="${escapeHtml(address)}" title="${escapeHtml(headline)}" style="width: 100%; height: 400px; max-height: 85vh; border: 0"></iframe>
<script>
  addEventListener('message', ({ data, source }) => {
    for (const frame of document.querySelectorAll('iframe'))
      if (frame.contentWindow === source && data?.watchpost === '${slug}') frame.style.height = \`\${Number(data.height)}px\`;
  });
</script>`;
}
