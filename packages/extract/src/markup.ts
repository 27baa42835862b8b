import { Parser } from 'htmlparser2';
import { encodingOf } from './encoding/decode-text.ts';

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
      ontext: handlers.text,
      oncomment: handlers.comment,
      onprocessinginstruction: (_name, text) => handlers.comment(text),
    },
    { xmlMode: isXml, decodeEntities: true },
  );
  const decoder = new TextDecoder(encodingOf(bytes) ?? 'utf-8');
  for (let from = 0; from < bytes.length && depth < deepest; from += chunkBytes)
    parser.write(decoder.decode(bytes.subarray(from, from + chunkBytes), { stream: true }));
  if (depth >= deepest) return false;
  parser.write(decoder.decode());
  parser.end();
  return true;
}

/** An element's name without its namespace. */
export const localName = (name: string): string => name.slice(name.indexOf(':') + 1);
