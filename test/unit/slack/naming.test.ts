import type { AnswerTo } from '@watchpost/shared/chat/members';
import { faultsOfView } from '@watchpost/slack/blocks/faults';
import {
  namingCallback,
  namingView,
  optionsFor,
  parseNamingSubmission,
  personField,
  type NamingAsked,
} from '@watchpost/slack/modals/naming';
import { describe, expect, it } from 'vitest';

const to: AnswerTo = { member: 'U0ADA', channel: 'slack:C0RESULTS', thread: null, url: 'https://hooks.slack.com/actions/T1/1/abc' };
const asked: NamingAsked = { target: { action: 'is', visit: 'v1', number: 2, subject: 'p7' }, to };
const view = namingView({ asked, question: 'Who is 2?' });

interface Fields {
  person?: string;
  member?: string;
  name?: string;
}
/** The view as Slack sends it back. */
const submitted = ({ person, member, name }: Fields, over: object = {}) => ({
  ...view,
  id: 'V1',
  state: {
    values: {
      'watchpost:person': {
        'watchpost:person': {
          type: 'external_select',
          selected_option: person === undefined ? null : { text: { type: 'plain_text', text: 'x' }, value: person },
        },
      },
      'watchpost:member': { 'watchpost:member': { type: 'users_select', selected_user: member ?? null } },
      'watchpost:name': { 'watchpost:name': { type: 'plain_text_input', value: name ?? null } },
    },
  },
  ...over,
});
const parse = (fields: Fields, over: object = {}) => parseNamingSubmission(submitted(fields, over));

describe('the naming modal', () => {
  it('offers people, members and a new name', () => {
    expect(faultsOfView(view)).toEqual([]);
    expect(view['callback_id']).toBe(namingCallback);
    expect(view.blocks.slice(1).map((block) => Reflect.get(Reflect.get(block, 'element') as object, 'type'))).toEqual([
      'external_select',
      'users_select',
      'plain_text_input',
    ]);
    expect(view.blocks[1]).toMatchObject({ block_id: personField.block, element: { action_id: personField.action, min_query_length: 0 } });
  });

  it.each(['W'.repeat(80), '👩‍👩‍👧‍👦'.repeat(40), '<!channel>', 'عبد الرحمن', '', '&'.repeat(4_000)])('keeps to Slack’s limits: %s', (name) => {
    const odd = namingView({ asked, question: `Who is ${name}?` });
    expect(faultsOfView(odd)).toEqual([]);
  });

  it('leaves out an address that is too long to come back', () => {
    const long = namingView({ asked: { ...asked, to: { ...to, url: `https://hooks.slack.com/${'x'.repeat(3_000)}` } }, question: 'Who?' });
    expect(faultsOfView(long)).toEqual([]);
    expect(parseNamingSubmission({ ...submitted({ name: 'Ada' }), private_metadata: long['private_metadata'] })).toEqual({
      asked: { ...asked, to: { ...to, url: null } },
      who: { name: 'Ada' },
    });
  });
});

describe('its answer', () => {
  it.each([
    [{ person: 'p9' }, { person: 'p9' }],
    [{ member: 'U0BOB' }, { member: 'U0BOB' }],
    [{ name: '  Ada \u200b Lovelace ' }, { name: 'Ada Lovelace' }],
    [{ person: 'p9', name: '   ' }, { person: 'p9' }],
  ])('%o is %o, and knows what it is about', (fields, who) => {
    expect(parse(fields)).toEqual({ asked, who });
  });

  it.each([
    [{}, 'watchpost:person'],
    [{ name: '  ' }, 'watchpost:person'],
    [{ name: '\u200b\u2060' }, 'watchpost:name'],
    [{ person: 'p9', name: 'Ada' }, 'watchpost:name'],
    [{ person: 'p9', member: 'U0BOB' }, 'watchpost:member'],
    [{ member: 'U0BOB', name: 'Ada' }, 'watchpost:name'],
  ])('%o says what is wrong at %s', (fields, block) => {
    const answer = parse(fields);
    expect(answer).toEqual({ errors: { [block]: expect.stringMatching(/\.$/) } });
  });

  it.each([
    ['another modal', { callback_id: 'other' }],
    ['no metadata', { private_metadata: '' }],
    ['odd metadata', { private_metadata: '{"target":"x"}' }],
    ['somebody’s invention', { private_metadata: JSON.stringify({ target: 'erase|v1|2|', to }) }],
    ['no state', { state: undefined }],
  ])('of %s is none', (_, over) => {
    expect(parse({ name: 'Ada' }, over)).toBeNull();
  });

  it.each([null, 'x', 7, []])('%o is none', (value) => {
    expect(parseNamingSubmission(value)).toBeNull();
  });

  it('is of a name that is cut to 80 characters', () => {
    expect(parse({ name: 'x'.repeat(300) })).toMatchObject({ who: { name: 'x'.repeat(80) } });
  });
});

describe('the choices of a type-ahead', () => {
  it('are a hundred at most, with ids as values and labels that fit', () => {
    const people = Array.from({ length: 10_000 }, (_, index) => ({ id: `p${String(index)}`, name: `${'W'.repeat(80)}${String(index)}` }));
    const { options } = optionsFor(people);
    expect(options).toHaveLength(100);
    expect(options[99]).toMatchObject({ value: 'p99', text: { type: 'plain_text' } });
    const inModal = { type: 'actions', elements: [{ type: 'overflow', action_id: 'a', options: options.slice(0, 5) }] };
    expect(faultsOfView({ type: 'home', blocks: [inModal] })).toEqual([]);
  });

  it('may be none', () => expect(optionsFor([])).toEqual({ options: [] }));
});
