import { violationActions, type ViolationAction } from '@watchpost/shared/chat/post';
import { plain } from '@watchpost/shared/chat/say';
import type { Violation } from '@watchpost/rules/violation';
import { decide, type Pressed } from '@watchpost/rules/decide';
import { describe, expect, it } from 'vitest';
import { violation } from '../../support/violation-samples.ts';

const press = (action: ViolationAction, by = 'slack:UBOB'): Pressed => ({ action, by, channel: 'slack:D1', atMs: 5 });
const kept = (state: Violation['kept']['state'], by: string | null = null): Pick<Violation, 'kept'> => ({ kept: { state, by, atMs: 1 } });
const appeal = (state: Violation['appeal']['state'], by = 'slack:UADA'): Pick<Violation, 'appeal'> => ({
  appeal: { state, by, atMs: 1, channel: 'slack:D9' },
});
const asked = (what: 'put-back' | 'delete', by: string): Pick<Violation, 'asked'> => ({ asked: { what, by, atMs: 1 } });

/** What changes, and what whoever pressed reads. */
const decided = (over: Partial<Violation>, pressed: Pressed) => {
  const before = violation({ wanted: 3, ...over });
  const { next, isTheirs, text } = decide(before, pressed);
  const changes = next && {
    ...(next.asked !== before.asked && { asked: next.asked }),
    ...(next.appeal !== before.appeal && { appeal: next.appeal }),
    wanted: next.wanted,
  };
  return { changes, isTheirs, text: plain(text) };
};
const refused = (text: string) => ({ changes: null, isTheirs: false, text });

describe('an author who says that it is a mistake', () => {
  const thanks = 'The admins are told, and you will hear what they say.';
  it('says so once, from their direct messages', () => {
    const first = decided({}, press('mistake', 'slack:UADA'));
    expect(first).toEqual({
      changes: { appeal: { state: 'asked', by: 'slack:UADA', atMs: 5, channel: 'slack:D1' }, wanted: 4 },
      isTheirs: true,
      text: thanks,
    });
    expect(decided(appeal('asked'), press('mistake', 'slack:UADA'))).toEqual({ changes: null, isTheirs: true, text: thanks });
  });

  it('is somebody else’s for nobody, also not for admins', () => {
    expect(decided({}, press('mistake'))).toEqual(refused('Only whoever wrote the message can say so.'));
    expect(decided({}, press('mistake', 'other:UADA'))).toEqual(refused('Only whoever wrote the message can say so.'));
    const message = { ...violation().message, author: { member: null, bot: 'UADA', app: null } };
    expect(decided({ message }, press('mistake', 'slack:UADA'))).toEqual(refused('Only whoever wrote the message can say so.'));
  });

  it('cannot say so again once an admin has decided', () => {
    expect(decided(appeal('accepted'), press('mistake', 'slack:UADA'))).toEqual(refused('An admin has agreed already.'));
    expect(decided(appeal('rejected'), press('mistake', 'slack:UADA'))).toEqual(refused('An admin has disagreed already.'));
  });
});

describe('an admin who answers an appeal', () => {
  it('accepts it, and what is kept is put back', () => {
    expect(decided({ ...appeal('asked'), ...kept('kept') }, press('accept'))).toEqual({
      changes: {
        asked: { what: 'put-back', by: 'slack:UBOB', atMs: 5 },
        appeal: { state: 'accepted', by: 'slack:UBOB', atMs: 5, channel: 'slack:D9' },
        wanted: 4,
      },
      isTheirs: true,
      text: 'Accepted. The message is being put back, and its author is told.',
    });
  });

  it('accepts it where nothing is kept, or another admin has it deleted', () => {
    const text = 'Accepted. The author is told. The message is not kept, so it cannot be put back.';
    const changes = { appeal: { state: 'accepted', by: 'slack:UBOB', atMs: 5, channel: 'slack:D9' }, wanted: 4 };
    expect(decided(appeal('asked'), press('accept'))).toEqual({ changes, isTheirs: true, text });
    expect(decided({ ...appeal('asked'), ...kept('kept'), ...asked('delete', 'slack:UEVE') }, press('accept'))).toEqual({
      changes,
      isTheirs: true,
      text,
    });
  });

  it('rejects it, and what is kept stays kept', () => {
    expect(decided({ ...appeal('asked'), ...kept('kept') }, press('reject'))).toEqual({
      changes: { appeal: { state: 'rejected', by: 'slack:UBOB', atMs: 5, channel: 'slack:D9' }, wanted: 4 },
      isTheirs: true,
      text: 'Rejected. The author is told.',
    });
  });

  it.each([
    ['accept', 'accepted', 'Accepted. The author is told. The message is not kept, so it cannot be put back.'],
    ['reject', 'rejected', 'Rejected. The author is told.'],
  ] as const)('hears the same again after pressing %s twice', (action, state, text) => {
    expect(decided(appeal(state, 'slack:UBOB'), press(action))).toEqual({ changes: null, isTheirs: true, text });
  });

  it('hears what has become of the message by then', () => {
    const again = (over: Partial<Violation>) => decided({ ...appeal('accepted', 'slack:UBOB'), ...over }, press('accept')).text;
    expect(again(kept('put-back', 'slack:UBOB'))).toBe('Accepted. The message was put back, and its author is told.');
    expect(again({ ...kept('kept'), ...asked('put-back', 'slack:UBOB') })).toMatch(/is being put back/);
    expect(again(kept('kept'))).toBe('Accepted, and the author is told. The message could not be put back: it stays in quarantine.');
  });

  it.each([
    ['accept', 'accepted'],
    ['accept', 'rejected'],
    ['reject', 'accepted'],
    ['reject', 'rejected'],
  ] as const)('who presses %s too late hears who %s it', (action, state) => {
    expect(decided(appeal(state, 'slack:UEVE'), press(action))).toEqual(refused(`UEVE has ${state} it already.`));
  });

  it('cannot take back their own answer', () => {
    expect(decided(appeal('accepted', 'slack:UBOB'), press('reject'))).toEqual(refused('UBOB has accepted it already.'));
  });

  it('has nothing to answer without an appeal', () => {
    expect(decided({}, press('accept'))).toEqual(refused('The author has not said that it is a mistake.'));
    expect(decided({}, press('reject'))).toEqual(refused('The author has not said that it is a mistake.'));
  });
});

describe('an admin who decides about what is kept', () => {
  it.each([
    ['put-back', 'put-back', 'The message is being put back.'],
    ['delete-kept', 'delete', 'The original is being deleted.'],
  ] as const)('asks for it with %s, and hears the same again', (action, what, text) => {
    expect(decided(kept('kept'), press(action))).toEqual({
      changes: { asked: { what, by: 'slack:UBOB', atMs: 5 }, wanted: 4 },
      isTheirs: true,
      text,
    });
    expect(decided({ ...kept('kept'), ...asked(what, 'slack:UBOB') }, press(action))).toEqual({ changes: null, isTheirs: true, text });
    const done = what === 'delete' ? kept('deleted', 'slack:UBOB') : kept('put-back', 'slack:UBOB');
    expect(decided(done, press(action))).toEqual({ changes: null, isTheirs: true, text });
  });

  it('cannot ask for the one and then for the other', () => {
    const text = 'UBOB has already asked to have it put back.';
    expect(decided({ ...kept('kept'), ...asked('put-back', 'slack:UBOB') }, press('delete-kept'))).toEqual(refused(text));
    expect(decided(kept('put-back', 'slack:UBOB'), press('delete-kept'))).toEqual(refused('UBOB had it put back already.'));
  });

  it.each(['put-back', 'delete-kept'] as const)('who presses %s too late hears what the first one did', (action) => {
    const late = (over: Partial<Violation>) => decided(over, press(action));
    expect(late({ ...kept('kept'), ...asked('put-back', 'slack:UEVE') })).toEqual(refused('UEVE has already asked to have it put back.'));
    expect(late({ ...kept('kept'), ...asked('delete', 'slack:UEVE') })).toEqual(refused('UEVE has already asked to have it deleted.'));
    expect(late(kept('put-back', 'slack:UEVE'))).toEqual(refused('UEVE had it put back already.'));
    expect(late(kept('deleted', 'slack:UEVE'))).toEqual(refused('UEVE had it deleted already.'));
    expect(late(kept('deleted'))).toEqual(refused('It has been deleted already.'));
    expect(late(kept('no'))).toEqual(refused('Nothing of this message is kept.'));
  });
});

it('never changes what was found, or who wrote it', () => {
  const states = [
    kept('kept'),
    kept('no'),
    appeal('asked'),
    { ...appeal('asked'), ...kept('kept') },
    { ...kept('kept'), ...asked('delete', 'slack:UEVE') },
  ];
  let changes = 0;
  for (const over of states)
    for (const action of violationActions)
      for (const by of ['slack:UADA', 'slack:UBOB']) {
        const before = violation(over);
        const { next } = decide(before, press(action, by));
        if (!next) continue;
        changes += 1;
        expect({ ...next, asked: null, appeal: null, wanted: 0 }).toEqual({ ...before, asked: null, appeal: null, wanted: 0 });
        expect(next.wanted).toBe(before.wanted + 1);
      }
  expect(changes).toBeGreaterThan(12);
});
