import { describe, expect, it } from 'vitest';
import { codeKeepMs, createAccess } from '@watchpost/talk/access';
import { createMemoryDocuments } from '../../support/memory-documents.ts';

const never = new AbortController().signal;
const hourMs = 3_600_000;

function rig() {
  let nowMs = 1_000_000;
  const documents = createMemoryDocuments(() => nowMs);
  const written: string[] = [];
  const noting: typeof documents = {
    ...documents,
    put: async (document, signal) => {
      written.push(JSON.stringify(document));
      return documents.put(document, signal);
    },
  };
  return { access: createAccess(noting), written, pass: (ms: number) => void (nowMs += ms) };
}

describe('codes', () => {
  it('lets in one person, who may say it twice', async () => {
    const { access } = rig();
    const { code } = await access.invite('chat', 'admin', null, never);
    expect(await access.redeem(code, 'chat:1', never)).toEqual({ outcome: 'let-in', role: 'admin' });
    expect(await access.redeem(code, 'chat:1', never)).toEqual({ outcome: 'let-in', role: 'admin' });
    expect(await access.redeem(code, 'chat:2', never)).toEqual({ outcome: 'used' });
    expect(await access.roleOf('chat:1', never)).toBe('admin');
    expect(await access.roleOf('chat:2', never)).toBeNull();
    expect(await access.admins(never)).toEqual(['chat:1']);
    expect([await access.hasAdmin('chat', never), await access.hasAdmin('other', never)]).toEqual([true, false]);
  });

  it('of two who say it at once lets in one', async () => {
    const { access } = rig();
    const { code } = await access.invite('chat', 'member', 'chat:9', never);
    const uses = await Promise.all(['chat:1', 'chat:2', 'chat:3'].map(async (who) => access.redeem(code, `chat:${who.slice(5)}`, never)));
    expect(uses.map(({ outcome }) => outcome).toSorted()).toEqual(['let-in', 'used', 'used']);
    expect(await access.list('chat', never)).toHaveLength(1);
  });

  it('is good for fifteen minutes, on its platform', async () => {
    const { access, pass } = rig();
    const { code } = await access.invite('chat', 'member', null, never);
    expect(await access.redeem(code, 'other:1', never)).toEqual({ outcome: 'unknown' });
    expect(await access.redeem(`${code}x`, 'chat:1', never)).toEqual({ outcome: 'unknown' });
    pass(codeKeepMs);
    expect(await access.redeem(code, 'chat:1', never)).toEqual({ outcome: 'old' });
    expect(await access.roleOf('chat:1', never)).toBeNull();
  });

  it('of a member makes no admin less', async () => {
    const { access } = rig();
    await access.admit('chat:1', 'admin', null, never);
    const { code } = await access.invite('chat', 'member', 'chat:9', never);
    expect(await access.redeem(code, 'chat:1', never)).toEqual({ outcome: 'let-in', role: 'admin' });
    expect(await access.roleOf('chat:1', never)).toBe('admin');
  });

  it('is stored nowhere', async () => {
    const { access, written } = rig();
    const { code } = await access.invite('chat', 'admin', null, never);
    await access.redeem(code, 'chat:1', never);
    expect(code).toMatch(/^[\w-]{22}$/);
    expect(written.join('\n')).not.toContain(code);
  });
});

describe('somebody who was put out', () => {
  it('does not come back by the code that let them in, nor by one that they made before', async () => {
    const { access } = rig();
    const used = await access.invite('chat', 'admin', 'chat:9', never);
    await access.redeem(used.code, 'chat:1', never);
    const made = await access.invite('chat', 'admin', 'chat:1', never);
    await access.remove('chat:1', 'chat:9', never);
    for (const { code } of [used, made]) expect(await access.redeem(code, 'chat:1', never)).toEqual({ outcome: 'unknown' });
    expect(await access.roleOf('chat:1', never)).toBeNull();
  });

  it('does not become an admin again by their old code', async () => {
    const { access } = rig();
    const { code } = await access.invite('chat', 'admin', 'chat:9', never);
    await access.redeem(code, 'chat:1', never);
    await access.admit('chat:1', 'member', 'chat:9', never);
    expect(await access.redeem(code, 'chat:1', never)).toEqual({ outcome: 'unknown' });
    expect(await access.roleOf('chat:1', never)).toBe('member');
  });

  it('a link for the first admin makes no second one', async () => {
    const { access } = rig();
    const [older, newer] = [await access.invite('chat', 'admin', null, never), await access.invite('chat', 'admin', null, never)];
    await access.redeem(newer.code, 'chat:1', never);
    expect(await access.redeem(older.code, 'chat:2', never)).toEqual({ outcome: 'used' });
    expect(await access.redeem(newer.code, 'chat:1', never)).toEqual({ outcome: 'let-in', role: 'admin' });
    expect(await access.roleOf('chat:2', never)).toBeNull();
  });
});

describe('access', () => {
  it('is given, changed and taken, with an entry in the audit for each', async () => {
    const { access } = rig();
    expect(await access.admit('chat:1', 'member', 'chat:9', never)).toBe(true);
    expect(await access.admit('chat:1', 'member', 'chat:9', never)).toBe(false);
    expect(await access.admit('chat:1', 'admin', 'chat:9', never)).toBe(true);
    expect(await access.remove('chat:1', 'chat:9', never)).toBe(true);
    expect(await access.remove('chat:1', 'chat:9', never)).toBe(false);
    expect(await access.roleOf('chat:1', never)).toBeNull();
    const did = (await access.audit.list(9, never)).map((entry) => `${entry.did} ${String(entry.who)} ${String(entry.role)}`);
    expect(did.toSorted()).toEqual(['admitted chat:1 admin', 'admitted chat:1 member', 'removed chat:1 admin']);
  });

  it('moves with a chat', async () => {
    const { access } = rig();
    await access.admit('chat:-5', 'member', 'chat:9', never);
    await access.moved('chat:-5', 'chat:-1005', never);
    await access.moved('chat:-5', 'chat:-1005', never);
    expect([await access.roleOf('chat:-5', never), await access.roleOf('chat:-1005', never)]).toEqual([null, 'member']);
  });

  it('tells a stranger once a day, and keeps no number', async () => {
    const { access, pass, written } = rig();
    expect([await access.mayRefuse('chat:77123', 'stranger', never), await access.mayRefuse('chat:77123', 'stranger', never)]).toEqual([
      true,
      false,
    ]);
    expect(await access.mayRefuse('chat:8', 'stranger', never)).toBe(true);
    pass(24 * hourMs);
    expect(await access.mayRefuse('chat:77123', 'stranger', never)).toBe(true);
    expect(written.join('\n')).not.toContain('77123');
  });
});
