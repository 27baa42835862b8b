import { lintSource } from '@secretlint/core';
import { rules as recommended } from '@secretlint/secretlint-rule-preset-recommend';
import type { Span } from '../../reading/span.ts';
import { isPlaceholder } from './placeholders.ts';

/**
 * Secretlint's recommended rules, one by one: in the preset a line with `secretlint-disable` switches all of them off for the whole message.
 * The number of an AWS account is no secret, and what these find of private keys and links is found here with its right range.
 */
const left = /filter-comments$|rule-gcp$|rule-privatekey$|rule-basicauth$|rule-database-connection-string$/;
const rules = recommended.filter(({ meta }) => !left.test(meta.id)).map((rule) => ({ id: rule.meta.id, rule, options: {} }));

/** What a rule says about its find: the only reliable place of an AWS key, as the range begins at the key's name. */
function placeOf(content: string, [from, to]: readonly [number, number], data: object | undefined): Span {
  const key: unknown = data && 'KEY' in data ? data.KEY : undefined;
  const start = typeof key === 'string' ? content.indexOf(key, from) : -1;
  return typeof key === 'string' && start !== -1 ? { start, end: start + key.length } : { start: from, end: to };
}

/** What the library finds. */
export async function foundByLibrary(content: string): Promise<Span[]> {
  const { messages } = await lintSource({
    source: { filePath: 'message', content, ext: '', contentType: 'text' },
    options: { noPhysicFilePath: true, maskSecrets: true, config: { rules } },
  });
  return messages
    .filter(({ messageId }) => messageId !== 'AWSAccountID')
    .map(({ range, data }) => placeOf(content, range, data))
    .filter(({ start, end }) => isSecret(content.slice(start, end)));
}

/** Examples are left out, and so are short tokens of words: `xoxb-your-token`. */
const isSecret = (found: string): boolean => !isPlaceholder(found) && (found.length >= 20 || /\d/.test(found)) && /\d|[A-Z]/.test(found);
