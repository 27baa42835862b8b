/** Strings, and whole numbers that JavaScript would round. */
const longNumber = /"(?:[^"\\]+|\\.)*"|-?\b\d{16,}(?![\d.eE])/gs;

/**
 * Parses JSON. Whole numbers of 16 digits and more become texts of their digits: rounded, two ids would be one. Throws SyntaxError. Pure.
 */
export function parseJson(content: string): unknown {
  // What is no JSON is refused as it came.
  const parsed: unknown = JSON.parse(content);
  if (!/\d{16}/.test(content)) return parsed;
  return JSON.parse(content.replaceAll(longNumber, (found) => (found.startsWith('"') ? found : `"${found}"`)));
}
