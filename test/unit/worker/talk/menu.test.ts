import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import { describe, expect, it } from 'vitest';
import { wordCommands } from '@watchpost/worker/talk/commands/word-commands';
import { commandsAboutFaces } from '@watchpost/worker/talk/commands/listed';
import { menuOf, showMenus } from '@watchpost/worker/talk/menu';
import { never } from '../../../support/each-store.ts';
import { createMemoryDocuments } from '../../../support/memory-documents.ts';
import { createRememberingTalk } from '../../../support/words-rig.ts';

const listed = [...wordCommands, { name: 'allow', admin: true } as const, ...commandsAboutFaces];
const talkLanguage = 'en';

describe('the menu of commands', () => {
  it('has what everybody may use, as platforms take it', () => {
    const menu = menuOf(listed, talkLanguage);
    expect(menu.map(({ name }) => name)).toEqual(expect.arrayContaining(['start', '8ball', 'slog', 'who', 'lastseen', 'faces']));
    expect(menu.map(({ name }) => name)).not.toContain('allow');
    expect(menu.filter(({ name, description }) => !/^[a-z0-9_]{1,32}$/.test(name) || description.length > 100)).toEqual([]);
  });

  it('is registered once, and again when it or the account is another one', async () => {
    const documents = createMemoryDocuments();
    const { talk, menus } = createRememberingTalk();
    const platforms: Pick<ConnectedPlatform, 'prefix' | 'talk'>[] = [
      { prefix: 'chat', talk },
      { prefix: 'quiet', talk: null },
    ];
    const run = async (over = {}) => showMenus({ documents, platforms, listed, talkLanguage, ...over }).run(never);
    await run();
    await run();
    expect(menus).toEqual([menuOf(listed, talkLanguage)]);
    await run({ listed: listed.slice(1) });
    expect(menus).toHaveLength(2);
    const other = { ...talk, invitation: async () => 'https://chat.example/other?start=menu' };
    await run({ listed: listed.slice(1), platforms: [{ prefix: 'chat', talk: other }] });
    expect(menus).toHaveLength(3);
  });

  it('is tried again after a failure', async () => {
    const documents = createMemoryDocuments();
    const { talk, menus } = createRememberingTalk();
    const failing = { ...talk, showMenu: async () => Promise.reject(new Error('away')) };
    const run = async (each: typeof talk) =>
      showMenus({ documents, platforms: [{ prefix: 'chat', talk: each }], listed, talkLanguage }).run(never);
    await expect(run(failing)).rejects.toThrow('away');
    await run(talk);
    expect(menus).toHaveLength(1);
  });
});
