/** What a page may say of itself, near its beginning. */
const declared = /(?:<meta[^>]{0,200}charset=["']?|<\?xml[^>]{0,200}encoding=["'])([\w-]{1,30})/i;

/** A page's text, in the encoding that its byte order mark, its answer or it itself names; UTF-8 otherwise. Bytes that are none become U+FFFD. Pure. */
export function decodePage(bytes: Uint8Array, contentType: string | null): string {
  const [, answered] = /charset=["']?([\w-]{1,30})/i.exec(contentType ?? '') ?? [];
  const [, within] = declared.exec(Buffer.from(bytes.subarray(0, 1_024)).toString('latin1')) ?? [];
  return decoderOf(markOf(bytes) ?? answered ?? within ?? 'utf-8').decode(bytes);
}

/** The encoding that a byte order mark gives away: it counts more than what anybody says. */
function markOf([first, second, third]: Uint8Array): string | null {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  return first === 0xef && second === 0xbb && third === 0xbf ? 'utf-8' : null;
}

function decoderOf(encoding: string) {
  try {
    return new TextDecoder(encoding);
  } catch {
    return new TextDecoder();
  }
}
