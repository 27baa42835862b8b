import { Parser } from 'htmlparser2';
import { decodeText, encodingOf } from './encoding/decode-text.ts';

export interface MarkupHandlers {
  open(name: string, attributes: Readonly<Record<string, string>>): void;
  close(name: string): void;
  text(text: string): void;
  /** Comments, declarations, processing instructions. */
  comment(text: string): void;
}

/** Elements within elements. Deeper ones hold nothing that a reader would see, and cost time. */
const deepest = 5_000;

const chunkBytes = 65_536;

/** The text of bytes, piece by piece. */
function* decoded(bytes: Buffer): Generator<string> {
  const encoding = encodingOf(bytes) ?? 'utf-8';
  // Rare, and not known to TextDecoder.
  if (encoding.startsWith('utf-32')) {
    yield decodeText(bytes, encoding, bytes.length);
    return;
  }
  const decoder = new TextDecoder(encoding);
  for (let from = 0; from < bytes.length; from += chunkBytes)
    yield decoder.decode(bytes.subarray(from, from + chunkBytes), { stream: true });
  yield decoder.decode();
}

/**
 * Goes through HTML or XML, whatever is wrong with it. Entities of a document's own are not expanded: their declarations are comments here.
 * Returns false if elements were nested so deeply that the rest was left out.
 */
export function walkMarkup(bytes: Buffer, isXml: boolean, handlers: MarkupHandlers): boolean {
  let depth = 0;
  const parser = new Parser(
    {
      onopentag: (name, attributes) => {
        depth += 1;
        handlers.open(name, attributes);
      },
      onclosetag: (name) => {
        depth -= 1;
        handlers.close(name);
      },
      ontext: (text) => handlers.text(text),
      oncomment: (text) => handlers.comment(text),
      onprocessinginstruction: (_name, text) => handlers.comment(text),
    },
    { xmlMode: isXml, decodeEntities: true },
  );
  for (const piece of decoded(bytes)) {
    parser.write(piece);
    if (depth >= deepest) break;
  }
  if (depth >= deepest) return false;
  parser.end();
  return true;
}

/** An element's name without its namespace. */
export const localName = (name: string): string => name.slice(name.indexOf(':') + 1);
