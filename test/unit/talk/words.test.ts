import { plain } from '@watchpost/shared/chat/say';
import { languages, wordsFor } from '@watchpost/talk/words/words';
import { describe, expect, it } from 'vitest';

describe('words', () => {
  it.each(['en', 'en-GB', 'EN', 'de', 'zh-Hant', '', 'constructor', '__proto__', null])(
    'of somebody who speaks %j are there',
    (language) => {
      expect(plain(wordsFor(language).chat.echo)).toBe('Reading you 5x5.');
    },
  );

  it.each(Object.keys(languages))('in %s greet in five lines, and describe each command in at most 100 characters', (language) => {
    const { does, greeting, ball } = wordsFor(language);
    expect(greeting.can(true)).toHaveLength(5);
    expect(Object.values(does).filter((text) => text.length > 100 || text.length < 3)).toEqual([]);
    expect(Object.keys(does).filter((name) => !/^[a-z0-9_]{1,32}$/.test(name))).toEqual([]);
    expect(new Set(ball.answers).size).toBe(20);
  });

  it('end in a placeholder that platforms take', () => {
    const { registration } = wordsFor(null);
    expect(Math.max(registration.surnamePlaceholder.length, registration.agePlaceholder.length)).toBeLessThanOrEqual(64);
  });
});
