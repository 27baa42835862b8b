import sanitizeHtml from 'sanitize-html';
import { safeLink, safePicture } from './links.ts';

/** More of an editor's HTML is cut off: cleaning takes longer the deeper it is nested. */
export const mostHtmlUnits = 20_000;
const deepest = 40;

const allowedTags =
  'p br hr strong b em i s u small sub sup code pre blockquote ul ol li dl dt dd h2 h3 h4 h5 h6 a span time img figure figcaption'.split(
    ' ',
  );

const allowedAttributes: Record<string, string[]> = {
  '*': ['lang', 'dir'],
  a: ['href', 'title', 'rel', 'target'],
  ol: ['start'],
  time: ['datetime'],
  img: ['src', 'alt', 'title', 'width', 'height'],
  span: ['class'],
};

/** Of a frame. It may run scripts, as players do, but not navigate the page around it. */
const frame = {
  sandbox: 'allow-scripts allow-same-origin allow-popups allow-popups-to-escape-sandbox allow-presentation',
  referrerpolicy: 'strict-origin-when-cross-origin',
  loading: 'lazy',
};

/** An attribute, if it has a value. */
const only = (name: string, value: string | null | undefined): Record<string, string> => (value ? { [name]: value } : {});

/**
 * An editor's HTML with only what can do no harm: no script, style, form, event attribute or comment; links and pictures with a
 * whole address only (`https://…`): readers see it on pages of others.
 * `frames`: frames from any https address too, for a video.
 */
export function sanitise(html: string, { frames = false }: { frames?: boolean } = {}): string {
  return sanitizeHtml(html.slice(0, mostHtmlUnits), {
    allowedTags: frames ? [...allowedTags, 'iframe'] : allowedTags,
    allowedAttributes: { ...allowedAttributes, iframe: ['src', 'title', 'width', 'height', 'allowfullscreen', ...Object.keys(frame)] },
    allowedClasses: { img: ['emoji'], span: ['mention', 'chat-mention', 'channel'] },
    allowedSchemes: ['http', 'https', 'mailto'],
    allowedSchemesByTag: { img: ['http', 'https'], iframe: ['https'] },
    allowedSchemesAppliedToAttributes: ['href', 'src'],
    allowProtocolRelative: false,
    allowIframeRelativeUrls: false,
    nestingLimit: deepest,
    transformTags: {
      a: (tagName, { href = '', title }) => ({
        tagName,
        attribs: {
          ...only('href', safeLink(href.trim())),
          ...only('title', title),
          rel: 'noopener noreferrer nofollow ugc',
          target: '_blank',
        },
      }),
      img: (tagName, { src = '', ...attribs }) => ({ tagName, attribs: { ...only('src', safePicture(src.trim())), ...attribs } }),
      iframe: (tagName, { src = '', ...attribs }) => ({ tagName, attribs: { ...only('src', safeLink(src.trim())), ...attribs, ...frame } }),
    },
    exclusiveFilter: ({ tag, attribs }) => (tag === 'iframe' || tag === 'img') && !attribs['src'],
  });
}
