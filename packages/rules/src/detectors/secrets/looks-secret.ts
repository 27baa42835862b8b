import { entropyOf, isPlaceholder } from './placeholders.ts';

const letters = /\p{L}/u;
const digits = /\d/;
const strongSigns = /[!@#$%^&*+=?~§€]/;

/** What stands behind such names in code, settings and sentences, without being a secret. */
const references: readonly RegExp[] = [
  // Calls, environment variables, fields.
  /^[\p{L}_$][\w$.:>?-]*\(/u,
  /^[\p{L}_$][\w$.]*\[(?:\d{1,3}$|["'])/u,
  /^\{[\p{L}_][\w.]*(?:![rsa])?(?::[^{}]{0,10})?\}?$/u,
  /^(?:process|os|env|self|this|config|settings|ctx|req|args|props|vars?|local|data|module|secrets|params|input|options)\b[.[?]/i,
  /^[A-Za-z_$][A-Za-z_$]*\d{0,2}(?:(?:\.|->|::|\?\.)[A-Za-z_$]+\d{0,2})+$/,
  /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/,
  /^!(?:vault|secret|ref|sub|getatt|env|include|join)\b/i,
  // Where it is kept; digests of it.
  /^(?:https?|file|vault|arn|op|ssm|sm|kms|secretsmanager|secretmanager|projects|gs|s3|ref\+\w+|sops|keyring|env|cmd|awsssm|gcpsm|ldap|sha-?\d*|md5|bcrypt|scrypt|argon2\w*|pbkdf2\w*)[:/]/i,
  /^(?:\.{0,2}|~|[A-Za-z]:)[/\\][\w.-]+(?:[/\\]|$|\.)/,
  /^[a-z0-9_.-]+(?:\/[a-z0-9_.-]+)+$/,
  // Dates, versions, addresses, other names for it.
  /^\d{4}-\d\d-\d\d|^\d\d?\.\d\d?\.\d{2,4}$|^v?\d+(?:\.\d+){1,3}$|^\d\d?:\d\d/,
  /^[\w.+-]+@[\w-]+\.[\w.-]+$/,
  /^(?:my|the|your|new|old|user|db|admin|root|test|super|default|initial)?[-_]?(?:password|passwd|passwort|kennwort|secret|token|key|pass|pwd|pw)[-_]?\d{0,3}$/i,
];

/** Words with digits that are no passwords. */
const terms =
  /^(?:base\d+|sha-?\d|md\d|aes-?\d|rsa-?\d|ed25519|bcrypt|argon2|scrypt|pbkdf2|hmac|utf-?\d|oauth-?2|2fa|mfa|sso|saml2|i18n|v\d+(?:\W|$)|ipv\d|win\d|min-?\d|max-?\d|iso-?\d|rfc-?\d|tls-?\d|\d+[-_ ]?(?:char|zeichen|day|tage|bit|byte|stell|digit|step|min|hour|h$|times|x$|k$|mb|gb|ms$|s$))/i;

/** Its beginning says enough of a long value. */
function isReference(value: string): boolean {
  const begun = value.slice(0, 300);
  return references.some((sign) => sign.test(begun)) || isPlaceholder(begun);
}

/** Parts of words that are written together: `prod-database-credentials-v2`. */
const isWordy = (value: string): boolean =>
  value.split(/[-_.:/~]/).every((part) => /^(?:[A-Za-z]?[a-z]*(?:[A-Z][a-z]+)*\d{0,3}|[A-Z]+\d{0,3}|\d{1,4}|v\d+)$/.test(part));

/** Without a digit or a sign it is a word, and words stand behind "password:" all the time. */
function isMixed(value: string): boolean {
  const signs = strongSigns.test(value);
  if (!letters.test(value)) return /^\d{6,}$/.test(value) || (digits.test(value) && signs && value.length >= 8);
  return digits.test(value) || (signs && /\p{L}{2}/u.test(value) && !/[=&?]/.test(value) && !/^\p{L}+!+$/u.test(value));
}

/** Whether somebody may have chosen this as a password. `isQuoted`: it stands in quotes, as values do in code. */
export function looksLikePassword(value: string, isQuoted: boolean): boolean {
  if (value.length < 6 || value.length > 200 || /\s/.test(value)) return false;
  if (isQuoted && value.length >= 20 && looksLikePassphrase(value)) return true;
  return isMixed(value) && !isReference(value) && !terms.test(value);
}

/** A passphrase is words on purpose. */
export const looksLikePassphrase = (value: string): boolean => /^\p{L}{3,}(?:[-_. ]\p{L}{3,}){3,9}$/u.test(value) && !isPlaceholder(value);

/** Whether a machine may have drawn this. */
export function looksLikeToken(value: string): boolean {
  if (value.length < 16 || !digits.test(value) || !letters.test(value)) return false;
  if (isReference(value) || !/^[\w+/=.~:%$!@^*-]+$/.test(value) || isWordy(value)) return false;
  return entropyOf(value.slice(0, 200)) >= (value.length < 24 ? 3 : 3.2);
}

/** A secret that somebody chose: shorter than a token, with signs that words do not have. */
export const looksChosen = (value: string): boolean =>
  value.length >= 8 && digits.test(value) && strongSigns.test(value) && looksLikePassword(value, false);
