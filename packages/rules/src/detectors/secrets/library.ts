import { lintSource } from '@secretlint/core';
import { rules as recommended } from '@secretlint/secretlint-rule-preset-recommend';
import type { Span } from '../../reading/span.ts';
import { isPlaceholder } from './placeholders.ts';

/**
 * Secretlint's recommended rules, one by one: in the preset a line with `secretlint-disable` switches all of them off for the whole message.
 * Left out as well is what is found here with its right range (private keys, passwords in links), or in linear time (SendGrid).
 */
const left = /filter-comments$|rule-gcp$|rule-privatekey$|rule-basicauth$|rule-database-connection-string$|rule-sendgrid$/;
/** What the rest begin with, or the name before it. Without one of them they find nothing, and most messages have none. */
const signs =
  /secret_?access_?key|_authToken=|x-oauth-basic|npm_|xox[a-z]-|xapp-|hooks\.slack\.com|shp(?:pa|ca|at|ss)_|gh[pousr]_|github_pat_|sk-|lin_api_|ops_ey/i;
/** All that the library recommends: a test tells when there are new ones, which may begin with other signs. */
export const recommendedRules: readonly string[] = recommended.map(({ meta }) => meta.id.replace('@secretlint/secretlint-rule-', ''));
const rules = recommended.filter(({ meta }) => !left.test(meta.id)).map((rule) => ({ id: rule.meta.id, rule, options: {} }));

/** What a rule says about its find, unmasked: the only reliable place of an AWS key, as the range begins at the key's name. */
function placeOf(content: string, [from, to]: readonly [number, number], data: object | undefined): Span {
  const key: unknown = data && 'KEY' in data ? data.KEY : undefined;
  const start = typeof key === 'string' ? content.indexOf(key, from) : -1;
  return typeof key === 'string' && start !== -1 ? { start, end: start + key.length } : { start: from, end: to };
}

/** What the library finds. The number of an AWS account is no secret. */
export async function foundByLibrary(content: string): Promise<Span[]> {
  if (!signs.test(content)) return [];
  const { messages } = await lintSource({
    source: { filePath: 'message', content, ext: '', contentType: 'text' },
    options: { noPhysicFilePath: true, maskSecrets: false, config: { rules } },
  });
  return messages
    .filter(({ messageId }) => messageId !== 'AWSAccountID')
    .map(({ range, data }) => placeOf(content, range, data))
    .filter(({ start, end }) => isSecret(content.slice(start, end)));
}

/** Examples are left out, and so are short tokens of words: `xoxb-your-token`. */
const isSecret = (found: string): boolean => !isPlaceholder(found) && (found.length >= 20 || /\d/.test(found)) && /\d|[A-Z]/.test(found);
