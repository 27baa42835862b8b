import { nameInCaption } from '../camera-caption.ts';

/** The camera that a caption names, the pattern's group; else null. Pure. */
export const cameraNameOf = (caption: string, pattern: RegExp): string | null => nameInCaption(caption, pattern, plainText);

/** The text without Slack's markup: links as their labels, no marks for bold and italics, three characters unescaped. */
function plainText(text: string): string {
  return text
    .replaceAll(/<[^<>|]*\|([^<>|]*)>/g, '$1')
    .replaceAll(/<([^<>|]*)>/g, '$1')
    .replaceAll(/(?<![\w*])\*([^*\n]+)\*(?![\w*])|(?<![\w_])_([^_\n]+)_(?![\w_])|`([^`\n]+)`/g, '$1$2$3')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
