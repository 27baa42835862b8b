import { plain } from '@watchpost/shared/chat/say';
import { describe, expect, it } from 'vitest';
import { parseAge, parseSurname } from '@watchpost/talk/registration';
import { registerDialog } from '@watchpost/worker/talk/dialog-kinds/register';
import { never } from '../../../support/each-store.ts';
import { createMemoryDocuments } from '../../../support/memory-documents.ts';
import { createWordsRig } from '../../../support/words-rig.ts';

const stored = async (rig: ReturnType<typeof createWordsRig>) => rig.deps.registrations.get('chat:7', never);
const labels = (rig: ReturnType<typeof createWordsRig>) => rig.shown.map(({ buttons }) => buttons.flat().map(({ label }) => label));

describe('what counts as an answer', () => {
  it.each([
    ['34', 34],
    [' 34 years old. ', 34],
    ['１２', 12],
    ['130', 130],
    ['0', null],
    ['131', null],
    ['-5', null],
    ['3.5', null],
    ['1e2', null],
    ['9007199254740992', null],
    ['thirty', null],
    ['', null],
  ])('age %j: %j', (text, age) => expect(parseAge(text)).toBe(age));

  it.each([
    [' Lovelace ', 'Lovelace'],
    ["O'Brien-Ng\u0000\u202E", "O'Brien-Ng"],
    ['constructor', 'constructor'],
    ['李', '李'],
    ['x'.repeat(64), 'x'.repeat(64)],
    ['x'.repeat(65), null],
    ['x'.repeat(10_000), null],
    ['12', null],
    ['😀', null],
    ['', null],
  ])('surname %j: %j', (text, surname) => expect(parseSurname(text)).toBe(surname));
});

describe('/register', () => {
  it('asks three questions, shows all, and saves it when told to', async () => {
    const rig = createWordsRig();
    expect(await rig.type('/register show')).toMatch(/nothing about you yet/);
    expect(await rig.type('/register')).toMatch(/surname\?$/);
    expect(rig.shown.at(-1)?.ask).toEqual({ placeholder: 'Your surname' });
    expect(await rig.type('12')).toMatch(/at least one letter/);
    expect(await rig.type('Lovelace')).toMatch(/How old/);
    expect(await rig.type('very')).toMatch(/whole number/);
    expect(await rig.type('36')).toMatch(/gender/);
    expect(await rig.press('Female')).toBe('Surname: Lovelace\nAge: 36\nGender: Female\nIs this right?');
    expect(await stored(rig)).toBeNull();
    expect(await rig.press('Save')).toMatch(/Saved/);
    expect(labels(rig).flat()).toEqual([]);
    expect(await stored(rig)).toMatchObject({ surname: 'Lovelace', age: 36, gender: 'Female' });
    expect(rig.dialogs.all()).toEqual([]);
    expect(await rig.type('/register show')).toContain('Lovelace');
    expect(await rig.deps.personalAudit.list(9, never)).toMatchObject([{ who: 'chat:7', did: 'registered' }]);
  });

  it('corrects any field, and takes words for buttons', async () => {
    const rig = createWordsRig();
    for (const text of ['/register', 'Lovelace', '36', 'fluid']) await rig.type(text);
    expect(await rig.press('Correct')).toMatch(/What shall we correct/);
    expect(await rig.press('Back')).toMatch(/Is this right/);
    await rig.press('Correct');
    await rig.press('Age');
    expect(await rig.type('37')).toBe('Surname: Lovelace\nAge: 37\nGender: fluid\nIs this right?');
    expect(await rig.type('well')).toMatch(/press one of the buttons/);
    expect(await rig.type('correct')).toMatch(/What shall we correct/);
    expect(await rig.type('GENDER')).toMatch(/gender/);
    expect(await rig.type('non-binary')).toContain('Gender: Non-binary');
    expect(await rig.type('save')).toMatch(/Saved/);
    expect(await stored(rig)).toMatchObject({ surname: 'Lovelace', age: 37, gender: 'Non-binary' });
    expect(labels(rig).flat()).toEqual([]);
  });

  it('saves nothing that is cancelled, and leaves as it was what was saved before', async () => {
    const rig = createWordsRig();
    for (const text of ['/register', 'Lovelace', '36', 'Female']) await rig.type(text);
    expect(await rig.press('Cancel')).toMatch(/^Nothing was saved/);
    expect(await stored(rig)).toBeNull();
    for (const text of ['/register', 'Lovelace', '36', 'Female', 'save']) await rig.type(text);
    expect(await rig.type('/register')).toMatch(/^You told me on .*:\nSurname: Lovelace/);
    await rig.press('Correct');
    await rig.press('Surname');
    await rig.type('King');
    expect(await rig.press('Cancel')).toMatch(/stays as it was/);
    expect(await stored(rig)).toMatchObject({ surname: 'Lovelace' });
  });

  it('ends an earlier one that is still open', async () => {
    const rig = createWordsRig();
    for (const text of ['/register', 'Lovelace', '36']) await rig.type(text);
    await rig.type('/register');
    expect(rig.dialogs.all()).toHaveLength(1);
    expect(plain(rig.shown[2]?.text ?? [])).toMatch(/begun again/);
    expect(labels(rig).flat()).toEqual([]);
  });

  it('hears nothing of a button of a step that is over', async () => {
    const rig = createWordsRig();
    for (const text of ['/register', 'Lovelace', '36']) await rig.type(text);
    const [dialog] = rig.dialogs.all();
    await rig.press('Male');
    const [now] = rig.dialogs.all();
    const before = rig.shown.length;
    for (const action of ['gender-0', 'gender-9', 'age', '', 'constructor'])
      expect(await registerDialog.pressed(now!, action, rig.talker(), rig.deps, never)).toBeNull();
    expect(rig.shown).toHaveLength(before);
    expect(rig.dialogs.all()).toEqual([now]);
    expect(now?.id).toBe(dialog?.id);
  });

  it.each(['expired', 'cancelled'] as const)('says so when it has %s', async (how) => {
    const rig = createWordsRig();
    await rig.type('/register');
    await registerDialog.ended(rig.dialogs.all()[0]!, how, rig.talker(), rig.deps, never);
    expect(rig.last()).toMatch(/\/register begins again/);
    for (const text of ['Lovelace', '36']) await rig.type(text);
    await registerDialog.ended(rig.dialogs.all()[0]!, how, rig.talker(), rig.deps, never);
    expect(rig.last()).toMatch(/\/register begins again/);
    expect(labels(rig).flat()).toEqual([]);
  });

  it('comes to the same end wherever it is killed, and each job is done again', async () => {
    const steps = [
      ['type', '/register'],
      ['type', 'Lovelace'],
      ['type', '36'],
      ['press', 'Female'],
      ['press', 'Correct'],
      ['press', 'Age'],
      ['type', '37'],
      ['press', 'Save'],
    ] as const;
    let seen = 0;
    for (let death = 1; ; death += 1) {
      seen = 0;
      const mayDie = (): void => {
        seen += 1;
        if (seen === death) throw new Error('killed');
      };
      const memory = createMemoryDocuments();
      const documents = {
        ...memory,
        put: async (...put: Parameters<typeof memory.put>) => {
          mayDie();
          const written = await memory.put(...put);
          mayDie();
          return written;
        },
      };
      const rig = createWordsRig({ mayDie, documents });
      for (const [index, [how, what]] of steps.entries()) {
        try {
          await rig[how](what, index);
        } catch (error) {
          expect(error).toMatchObject({ message: 'killed' });
          await rig[how](what, index);
        }
      }
      expect(await stored(rig)).toMatchObject({ surname: 'Lovelace', age: 37, gender: 'Female' });
      expect(rig.dialogs.all()).toEqual([]);
      // One message more than without a death: the one whose sending nobody heard of.
      expect(rig.shown.length).toBeLessThanOrEqual(7);
      if (seen < death) break;
    }
    expect(seen).toBeGreaterThan(20);
  });
});
