/**
 * JSON as a script that calls a function of the page: `/**\/show({…});`. Null: the name is none that a function may have. The comment in
 * front keeps the name from being read as the beginning of another kind of file.
 */
export function jsonpOf(callback: string, json: string): string | null {
  if (!/^[\w$.]{1,100}$/.test(callback)) return null;
  // Line ends in older scripts, though not in JSON.
  return `/**/${callback}(${json.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')});`;
}
