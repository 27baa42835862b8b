import { namesIn } from '@watchpost/worker/privacy/names-in';
import { expect, it } from 'vitest';

it.each([
  ['/faces last-seen zoe\u0301', 'Zoé'],
  ['who is Ada  Lovelace?', 'Ada Lovelace'],
  ['Ada\u00a0Lovelace', 'Ada Lovelace'],
  ['was Ａda here', 'Ada'],
  ['ADA STRASSE', 'Ada Straße'],
  ['ipek', 'İpek'],
  ['王小明来了', '王小明'],
  ['今日王小明', '王小明'],
  ['(Ada)', 'Ada'],
  ['A+B (x)', 'a+b (X)'],
])('%s has %s in it', (text, name) => {
  expect(namesIn(text, ['Nobody', name])).toBe(true);
});

it.each([
  ['प्रियांका', 'प्रिया'],
  ['Ada\u0301', 'Ada'],
  ['Adalbert', 'Ada'],
  ['xAda', 'Ada'],
  ['王小', '王小明'],
  ['anything', ' '],
])('%s has no %s in it', (text, name) => {
  expect(namesIn(text, [name])).toBe(false);
});
