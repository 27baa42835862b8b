import type { Span } from '../../reading/span.ts';
import { looksLikeToken } from './looks-secret.ts';
import { isPlaceholder } from './placeholders.ts';

/** A user's name and a password in a link: `https://ada:…@example.org`, `postgres://…`. */
const credentials = /:\/\/(?<user>[^\s/@:"'<>\\]{0,100}):(?<password>[^\s/"'<>\\]{3,200})@(?=[\p{L}\p{N}[])/gu;

const usual =
  /^(?:pass|passwd|password|passwort|pwd|pw|secret|token|test|user|username|changeme|admin|root|guest|x-oauth-basic|x-token-auth|geheim)$/i;
const variable = /^[{[(<$%]|^[A-Z]+(?:_[A-Z]+)+$/;

/** A token in place of the user's name. */
const tokenAsUser = /:\/\/(?<token>[^\s/@:"'<>\\]{16,200})(?::x-oauth-basic)?@(?=[\p{L}\p{N}[])/gu;

/** Where a password or a token stands in a link. */
export function passwordsInLinks(text: string): Span[] {
  const spans: Span[] = [];
  for (const match of text.matchAll(credentials)) {
    const { user = '', password = '' } = match.groups ?? {};
    if (usual.test(password) || variable.test(password) || isPlaceholder(password) || password === user) continue;
    // A port and an address with @ in it look the same.
    if (/^\d{1,5}\/?$/.test(password) && user.includes('.')) continue;
    const start = match.index + '://'.length + user.length + 1;
    spans.push({ start, end: start + password.length });
  }
  for (const match of text.matchAll(tokenAsUser)) {
    const token = match.groups?.['token'] ?? '';
    const start = match.index + '://'.length;
    if (looksLikeToken(token)) spans.push({ start, end: start + token.length });
  }
  return spans;
}

/** Keys of Azure's storage and buses, and signed links. */
const azure =
  /(?:AccountKey|SharedAccessKey|EndpointKey|AccessKey|[?&;]sig)(?: ?= ?|["']?: ?["'])(?<value>[A-Za-z0-9+/%]{40,120}(?:={1,2}|%3[Dd](?:%3[Dd])?)?)(?![A-Za-z0-9+/=])/g;

/** Where a key of Azure stands. */
export function azureKeys(text: string): Span[] {
  return Array.from(text.matchAll(azure), (match) => {
    const value = match.groups?.['value'] ?? '';
    const end = match.index + match[0].length;
    return { start: end - value.length, end, value };
  })
    .filter(({ value }) => !isPlaceholder(value) && /\d/.test(value) && /[A-Za-z]/.test(value))
    .map(({ start, end }) => ({ start, end }));
}
