import { plain } from '@watchpost/shared/chat/say';
import { describe, expect, it } from 'vitest';
import { eraseDialog } from '@watchpost/worker/talk/dialog-kinds/erase';
import { never } from '../../../support/each-store.ts';
import { createWordsRig } from '../../../support/words-rig.ts';

const filled = async () => {
  const rig = createWordsRig();
  for (const text of ['/slog one', '/slog two', '/register', 'Lovelace', '36', 'Female', 'save']) await rig.type(text);
  return rig;
};
const left = async (rig: ReturnType<typeof createWordsRig>) => ({
  entries: await rig.deps.privateLog.count('chat:7', never),
  isRegistered: (await rig.deps.registrations.get('chat:7', never)) !== null,
});

describe('erasing', () => {
  it('asks before a log is erased, and keeps it unless told to erase it', async () => {
    const rig = await filled();
    expect(await rig.type('/slog erase all')).toMatch(/2 entries\? This cannot/);
    expect(await rig.press('Keep it')).toBe('Nothing was erased.');
    expect(await left(rig)).toEqual({ entries: 2, isRegistered: true });
    await rig.type('/slog erase all');
    expect(await rig.press('Erase')).toBe('Erased: your log, 2 entries.');
    expect(await left(rig)).toEqual({ entries: 0, isRegistered: true });
    expect(rig.dialogs.all()).toEqual([]);
    expect(rig.shown.flatMap(({ buttons }) => buttons)).toEqual([]);
    expect(await rig.type('/slog erase all')).toMatch(/^Your log is empty/);
  });

  it('erases one entry, and says which', async () => {
    const rig = await filled();
    expect(await rig.type('/slog erase 9')).toMatch(/no entry 9/);
    expect(await rig.type('/slog erase')).toMatch(/^Say what/);
    expect(await rig.type('/slog erase 1')).toMatch(/“one”/);
    expect(await rig.type('erase')).toBe('Erased: entry 1.');
    expect(await rig.type('/slog list')).not.toContain('one');
  });

  it('erases a registration', async () => {
    const rig = await filled();
    await rig.type('/register erase');
    expect(await rig.press('Erase')).toBe('Erased: your registration.');
    expect(await left(rig)).toEqual({ entries: 2, isRegistered: false });
    expect(await rig.type('/register erase')).toMatch(/nothing to erase/);
  });

  it('shows what is kept, erases all of it but the access, and hands out a receipt', async () => {
    const rig = await filled();
    await rig.type('/register');
    expect(await rig.type('/whoami')).toMatch(/number 7, Ada\.\nYour role: member\.[\s\S]*2 entries[\s\S]*registration[\s\S]*\/erase/);
    await rig.type('/erase');
    expect(await rig.press('Erase')).toMatch(
      /^Erased:\n• your private log: 2 entries\n• your registration\n• 1 open conversation\nThat you may talk/,
    );
    expect(await left(rig)).toEqual({ entries: 0, isRegistered: false });
    expect(rig.dialogs.all()).toEqual([]);
    expect(rig.orders).toEqual([{ platform: 'chat', member: '7' }]);
    expect(await rig.documents.find({ kind: 'talk-hinted', order: 'oldest', limit: 9 }, never)).toEqual([]);
    await rig.type('/erase');
    expect(await rig.press('Erase')).toMatch(/^There was nothing to erase/);
    const acts = await rig.deps.personalAudit.list(9, never);
    expect(acts.map(({ did }) => did)).toEqual(expect.arrayContaining(['registered', 'all-erased']));
    expect(JSON.stringify(acts)).not.toMatch(/Lovelace|one|two/);
  });

  it('has the right receipt after a kill between erasing and saying so', async () => {
    const rig = await filled();
    await rig.type('/slog erase all');
    const [dialog] = rig.dialogs.all();
    const dying = { ...rig.talker(), talk: { ...rig.talk, edit: async () => Promise.reject(new Error('killed')) } };
    await expect(eraseDialog.pressed(dialog!, 'yes', dying, rig.deps, never)).rejects.toThrow('killed');
    expect(await left(rig)).toMatchObject({ entries: 0 });
    expect(await rig.press('Erase')).toBe('Erased: your log, 2 entries.');
    expect(rig.dialogs.all()).toEqual([]);
  });

  it('asks once what is asked twice by one job, and says when nobody answered', async () => {
    const rig = await filled();
    await rig.type('/erase', 50);
    const before = rig.shown.length;
    await rig.type('/erase', 50);
    expect(rig.shown).toHaveLength(before);
    await eraseDialog.ended(rig.dialogs.all()[0]!, 'expired', rig.talker(), rig.deps, never);
    expect(plain(rig.shown.at(-1)?.text ?? [])).toMatch(/timed out/);
    expect(await left(rig)).toEqual({ entries: 2, isRegistered: true });
  });

  it('says its receipt below where the question was deleted', async () => {
    const rig = await filled();
    await rig.type('/slog erase all');
    const [dialog] = rig.dialogs.all();
    await rig.talk.remove({ chat: 'chat:7', messageId: dialog?.cardId ?? '' }, never);
    const answer = await eraseDialog.pressed(dialog!, 'yes', rig.talker(), rig.deps, never);
    expect(plain(answer?.text ?? [])).toBe('Erased: your log, 2 entries.');
  });
});
