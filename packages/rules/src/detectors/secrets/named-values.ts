import type { Breathe } from '../../breathing.ts';
import type { Span } from '../../reading/span.ts';
import { looksChosen, looksLikePassphrase, looksLikePassword, looksLikeToken } from './looks-secret.ts';

/** People choose passwords, machines draw tokens and keys. What counts as one differs. */
const passwords =
  /(?:pass(?:word|wort|wd|phrase|code)|kennwort|pwd|pw|pass|zugangscode|contraseña|mot ?de ?passe|w-?(?:lan|ifi)[-_ ]?(?:schlüssel|key|code)|netzwerkschlüssel|identified by)(?:[-_]?\d{1,2})?(?![\p{L}\p{N}_])/giu;
const tokens =
  /(?:secret(?:[-_ ]?(?:access)?[-_ ]?key)?(?:[-_]?base)?|(?:api|access|private|encryption|signing|master|account|auth|service|storage|shared|deploy|admin|application|app|integration|webhook|server|subscription)[-_ ]?(?:secret[-_ ]?)?key|token|auth|bearer|credentials?|api[-_ ]?schlüssel)(?![\p{L}\p{N}_])/giu;

/** Names of values that everybody may see, or that change with every page. */
const harmless =
  /(?:next|prev(?:ious)?|page|pagination|continuation|csrf|xsrf|cursor|sync|resume|cancel(?:lation)?|eos|bos|pad|mask|stop|special|max|min|num|total|prompt|completion|public|pub|publishable|idempotency|cache|hash|etag|sha\d*|id)[-_. ]?$/iu;

/** Whether the name begins here: no part of another word, unless it is written with a capital, or long enough to be one itself. */
function beginsName(text: string, start: number, found: string): boolean {
  const before = text[start - 1] ?? '';
  if (!/[\p{L}\p{N}]/u.test(before)) return true;
  if (/\\[nrt]$/.test(text.slice(Math.max(0, start - 2), start))) return true;
  return (/\p{Lu}/u.test(found[0] ?? '') && /[\p{Ll}\p{N}]/u.test(before)) || found.length >= 6;
}

/** How a value follows its name. */
const assigned =
  /^(?:\\?["'`\])*_]{0,4})(?: ?\([^()\n]{1,30}\))?[*_]{0,2}[ \t]{0,20}(?::[ ]?(?:str|string|String|Optional\[str\]|String\?)[ ]?=|:=|=>|=(?![=~])|:(?!:))[ \t]{0,20}[*_]{0,3}[ \t]{0,3}(?:(?:\||>-?)\n[ \t]{0,20}|(?:r|f|b)(?=["']))?/;
const assignedBelow = /^["'*]{0,3}[ \t]{0,3}[:=][*_]{0,2}[ \t]{0,3}\r?\n[ \t]{0,12}/;
const spoken =
  /^["'*_]{0,3}(?:[ ](?:für|for|of|vom|von|zum|zur|to|on|beim|im|am|in|auf|bei|at)[ ][^\n:=?!;]{1,48}?)?(?:[ ](?:now|jetzt|neu|wieder))?(?:[ ](?:is|ist|lautet|war|was|heisst|heißt|wäre|remains|bleibt)(?:[ ](?:now|jetzt|neu|nun|still|immer noch|weiterhin))?:?[ ]|:[ ])/iu;
const quotedBehind = /^[ ]{1,3}(?=["'])/;
const tagged = /^[^<>\n]{0,40}>/;
const inTable = /^[ \t]{0,20}(?:\||\t)[ \t]{0,20}/;
const asAttribute = /^["'] {1,3}(?:value|content)=/;
const asOption = /^[ =]{1,2}(?!-)/;
const inNetrc = /\blogin[ \n]+\S{1,80}[ \n]+$/;

interface Value {
  text: string;
  start: number;
  isQuoted: boolean;
}

const quoted = /^(?<quote>\\?["'`])(?<value>[^\n]{0,300}?)\k<quote>/;
const bare = /^[^\s"'`<>]{1,1000}/;

/** The value that stands here: in quotes, or up to the next gap. */
function valueAt(text: string, start: number): Value | null {
  const rest = text.slice(start, start + 1_000);
  const inQuotes = quoted.exec(rest)?.groups;
  if (inQuotes) return { text: inQuotes['value'] ?? '', start: start + (inQuotes['quote']?.length ?? 0), isQuoted: true };
  const word = bare.exec(rest)?.[0] ?? '';
  // What separates it from the next one, and what ends a sentence, are no parts of it.
  const own = word.replace(/(?:[;&|]|,(?=["']|$)|\\[nrt"]).*$/u, '').replace(/[.,;:)\]}]+$/u, '');
  return own === '' ? null : { text: own, start, isQuoted: false };
}

/** Where values of this name may begin: behind the sign that assigns them, or the word that says what it is. */
function placesBehind(text: string, start: number, end: number): number[] {
  const before = text.slice(Math.max(0, start - 80), start);
  const after = text.slice(end, end + 140);
  const joins = [assigned, assignedBelow, spoken, quotedBehind, inTable, asAttribute];
  // Only what looks drawn may stand behind such a name without anything between.
  if (/(?:key|token|secret)$/i.test(text.slice(start, end))) joins.push(/^ {1,2}(?=\S{20})/);
  if (/(?:^|[\s"'])--?[\w-]{0,30}$/.test(before)) joins.push(asOption);
  if (/<[\w:.-]{0,40}$/.test(before)) joins.push(tagged);
  if (inNetrc.test(before)) joins.push(/^[ \n]+/);
  return [...new Set(joins.flatMap((join) => join.exec(after)?.[0].length ?? []))].map((length) => end + length);
}

function isPasswordValue(name: string, { text, isQuoted }: Value): boolean {
  // Tests pass, and pwd is a directory as well.
  if (/^(?:pass|pwd|pw)$/i.test(name) && /^\d+$/.test(text)) return false;
  if (/phrase/i.test(name) && looksLikePassphrase(text)) return true;
  return looksLikePassword(text, isQuoted);
}

/** What a name may be followed by at all. Most words that are such names stand in sentences. */
const mayFollow = /^[^\p{L}\p{N}.,?!-]/u;

async function valuesOf(text: string, names: RegExp, isSecret: (name: string, value: Value) => boolean, breathe: Breathe): Promise<Span[]> {
  const spans: Span[] = [];
  for (const { 0: name, index } of text.matchAll(names)) {
    await breathe();
    if (!mayFollow.test(text.slice(index + name.length, index + name.length + 1))) continue;
    if (!beginsName(text, index, name) || harmless.test(text.slice(Math.max(0, index - 24), index))) continue;
    for (const place of placesBehind(text, index, index + name.length)) {
      const value = valueAt(text, place);
      if (!value || !isSecret(name, value)) continue;
      spans.push({ start: value.start, end: value.start + value.text.length });
      break;
    }
  }
  return spans;
}

/** What is sent to prove who somebody is. */
const header = /\b(?:Bearer|Token|Basic|ApiKey)[ ]{1,2}["']?(?<value>[A-Za-z0-9._~+/=-]{16,4000})/gi;
const userOption = /(?:^|\s)(?:-u|--user|--proxy-user)[ =]?["']?[^\s:"']{1,60}:(?!\/\/)(?<value>[^\s"']{4,200})/g;
/** Some programs take it right behind the letter. */
const shortOption = /\b(?:sshpass|mysql\w*|mariadb[\w-]*)\b[^\n|;]{0,120}? -p ?["']?(?<value>[^\s"']{4,200})/g;
/** A name and a password in a row: `Zugangsdaten: ada / …`. */
const pair =
  /\b(?:zugangsdaten|anmeldedaten|credentials|creds|login)[ ]?[:=][ ]?(?!https?:)[^\s/:]{1,60}[ ]?[/:|][ ]?(?<value>[^\s/]{6,200})/giu;

function isCredential(scheme: string, value: string): boolean {
  if (!/^basic/i.test(scheme)) return looksLikeToken(value);
  const decoded = Buffer.from(value, 'base64').toString('latin1');
  return /^[\x20-\x7e]{1,80}:[\x20-\x7e]{3,200}$/.test(decoded);
}

function sent(text: string): Span[] {
  const values = (pattern: RegExp, isSecret: (found: string, value: string) => boolean): Span[] =>
    Array.from(text.matchAll(pattern), (match) => ({
      found: match[0].trimStart(),
      end: match.index + match[0].length,
      value: match.groups?.['value'] ?? '',
    }))
      .filter(({ found, value }) => isSecret(found, value))
      .map(({ end, value }) => ({ start: end - value.length, end }));
  const chosen = [userOption, shortOption, pair].flatMap((pattern) => values(pattern, (_found, value) => looksLikePassword(value, false)));
  return [...values(header, isCredential), ...chosen];
}

/** Values that are called a password, a secret, a key or a token, and look like one. */
export async function namedValues(text: string, breathe: Breathe): Promise<Span[]> {
  const isTokenValue = (name: string, { text: value }: Value): boolean =>
    looksLikeToken(value) || (/secret/i.test(name) && looksChosen(value));
  return [
    ...(await valuesOf(text, passwords, isPasswordValue, breathe)),
    ...(await valuesOf(text, tokens, isTokenValue, breathe)),
    ...sent(text),
  ];
}
