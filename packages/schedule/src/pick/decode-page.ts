/** What a page may say of itself, near its beginning. */
const declared = /(?:<meta[^>]{0,200}charset=["']?|<\?xml[^>]{0,200}encoding=["'])([\w-]{1,30})/i;

/** A page's text, in the encoding that its answer or it itself names; UTF-8 otherwise. Bytes that are none become U+FFFD. Pure. */
export function decodePage(bytes: Uint8Array, contentType: string | null): string {
  const [, answered] = /charset=["']?([\w-]{1,30})/i.exec(contentType ?? '') ?? [];
  const [, within] = declared.exec(Buffer.from(bytes.subarray(0, 1_024)).toString('latin1')) ?? [];
  return decoderOf(answered ?? within ?? 'utf-8').decode(bytes);
}

function decoderOf(encoding: string) {
  try {
    return new TextDecoder(encoding);
  } catch {
    return new TextDecoder();
  }
}
