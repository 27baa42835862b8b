/** Text that shows literally in HTML, also within a quoted attribute. */
export const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;');

/** Attributes of an HTML tag: those that are null, undefined or false are left out, those that are true have no value. */
export function attributes(of: Record<string, string | number | boolean | null | undefined>): string {
  return Object.entries(of)
    .filter(([, value]) => value !== undefined && value !== null && value !== false)
    .map(([name, value]) => (value === true ? ` ${name}` : ` ${name}="${escapeHtml(String(value))}"`))
    .join('');
}
