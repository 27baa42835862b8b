import { describe, expect, it } from 'vitest';
import type { UnreadReason } from '@watchpost/extract/extract';
import { AppError } from '@watchpost/shared/errors';
import { createRuleRig, never, secret } from '../../../support/rule-rig.ts';

/** An extractor that finds these parts unreadable. */
const unreadable = (...unread: { where: string; reason: UnreadReason }[]) => ({
  extract: async () => ({ format: 'zip', texts: [], unread }),
});

describe('a file that holds what a rule does not allow', () => {
  it('is removed, then its message, and one report names the place and not the file', async () => {
    const rig = createRuleRig({
      over: () => ({ extractor: { extract: async () => ({ format: 'pdf', texts: [{ where: 'page 3', text: secret }], unread: [] }) } }),
    });
    await rig.rule();
    rig.say({ text: 'the plan', files: [{ id: 'F1', bytes: 'x', name: 'Project Seagull.pdf' }] });
    await rig.settle();
    expect(rig.removals).toEqual(['file F1', 'message 1']);
    expect(rig.read()).toHaveLength(1);
    expect(rig.read()[0]).toContain('in file 1 / page 3');
    expect(JSON.stringify(rig.posts.messages)).not.toContain('Seagull');
    expect((await rig.violation())?.removal).toMatchObject({ state: 'removed', files: [{ fileId: 'F1', state: 'removed' }] });
  });

  it('is found when it is the second one', async () => {
    const rig = createRuleRig();
    await rig.rule();
    rig.say({
      files: [
        { id: 'F1', bytes: 'clean' },
        { id: 'F2', bytes: secret },
      ],
    });
    await rig.settle();
    expect(rig.removals).toEqual(['file F2', 'message 1']);
    expect(rig.read()[0]).toContain('in file 2');
  });

  it('comes to one report together with what its message says, and the author is told once', async () => {
    const rig = createRuleRig();
    await rig.rule();
    rig.say({ text: secret, files: [{ id: 'F1', bytes: secret }] });
    await rig.settle();
    expect(rig.removals.toSorted()).toEqual(['file F1', 'message 1']);
    expect(rig.read()).toHaveLength(1);
    expect(rig.read()[0]).toContain('“AKIA…(16)”, “AKIA…(16)” in file 1');
    expect(rig.read('slack:DUAUTHOR')).toHaveLength(1);
  });

  it('is not looked into by a rule about texts, nor does a rule about files look at texts', async () => {
    const rig = createRuleRig();
    await rig.rule({ scan: 'text' });
    rig.say({ files: [{ id: 'F1', bytes: secret }] });
    await rig.settle();
    expect(rig.everQueued).toEqual([]);
    await rig.parts.rules.edit('Keys', { scan: 'files' }, 'cli:test', never);
    rig.say({ text: secret });
    await rig.settle();
    expect(rig.removals).toEqual([]);
  });

  it('of a violation in the text alone stays', async () => {
    const rig = createRuleRig();
    await rig.rule();
    rig.say({ text: secret, files: [{ id: 'F1', bytes: 'clean' }] });
    await rig.settle();
    expect(rig.removals).toEqual(['message 1']);
    expect(rig.files.has('F1')).toBe(true);
  });

  it('is fetched by its id where what the job knew of it was erased', async () => {
    const rig = createRuleRig();
    await rig.rule({ action: 'quarantine' });
    rig.say({ files: [{ id: 'F1', bytes: secret }] });
    await rig.run(rig.queued.shift()!);
    const [job] = rig.queued.splice(0);
    if (job?.kind !== 'file') throw new Error('no file job');
    rig.queued.push({ ...job, sealed: null });
    await rig.settle();
    expect(rig.removals).toEqual(['file F1', 'message 1']);
    const [kept] = await rig.parts.quarantine.files((await rig.violation())!.id, never);
    expect(Buffer.from(await kept!.bytes()).toString()).toBe(secret);
  });
});

describe('a file that cannot be read', () => {
  it('is reported with the reason, and nothing is removed', async () => {
    const rig = createRuleRig({ over: () => ({ extractor: unreadable({ where: 'entry 2', reason: 'encrypted' }) }) });
    await rig.rule();
    rig.say({ files: [{ id: 'F1', bytes: 'PK' }] });
    await rig.settle();
    expect(rig.removals).toEqual([]);
    expect(rig.read()).toHaveLength(1);
    expect(rig.read()[0]).toContain('nobody knows what is in it: file 1 / entry 2 (encrypted)');
    expect((await rig.metrics.scrape()).body).toContain('watchpost_files_scanned_total{outcome="unread",format="zip"} 1');
  });

  it('because it has no text, such as a picture, is only counted', async () => {
    const rig = createRuleRig({ over: () => ({ extractor: unreadable({ where: '', reason: 'no-text' }) }) });
    await rig.rule();
    rig.say({ files: [{ id: 'F1', bytes: 'x' }] });
    await rig.settle();
    expect(await rig.violation()).toBeNull();
    expect((await rig.metrics.scrape()).body).toContain('outcome="clean",format="zip"} 1');
  });

  it('because a page of it is a picture is reported: a scanned contract is no clean one', async () => {
    const rig = createRuleRig({ over: () => ({ extractor: unreadable({ where: 'entry 1 / page 3', reason: 'no-text' }) }) });
    await rig.rule();
    rig.say({ files: [{ id: 'F1', bytes: 'x' }] });
    await rig.settle();
    expect(rig.read()[0]).toContain('file 1 / entry 1 / page 3 (has no text)');
  });

  it('because it is too large is reported, and its job is done', async () => {
    const rig = createRuleRig();
    await rig.rule();
    rig.say({ files: [{ id: 'F1', bytes: Buffer.alloc(100_001) }] });
    await rig.settle();
    expect(rig.read()[0]).toContain('file 1 (too large)');
  });

  it.each(['file-external', 'file-forbidden'] as const)('because of %s is reported', async (code) => {
    const rig = createRuleRig({
      over: ({ platformFor }) => ({
        platformFor: (of: 'slack:C1') => ({
          ...platformFor(of),
          chat: { download: async () => Promise.reject(new AppError(code, 'HTTP')) },
        }),
      }),
    });
    await rig.rule();
    const job = rig.say({ files: [{ id: 'F1', bytes: 'x' }] });
    rig.messages.delete(job.messageId);
    await rig.run(rig.queued.shift()!);
    const [file] = rig.queued.splice(0);
    expect(await rig.run(file!, { lastAttempt: true })).toBeUndefined();
    expect((await rig.violation())?.unread).toEqual([{ fileId: 'F1', where: 'file 1', reason: code.replace('file-', '') }]);
  });

  it('because it is gone leaves nothing', async () => {
    const rig = createRuleRig();
    await rig.rule();
    rig.say({ files: [{ id: 'F1', bytes: secret }] });
    rig.files.clear();
    await rig.settle();
    expect(await rig.violation()).toBeNull();
    expect((await rig.metrics.scrape()).body).toContain('watchpost_files_scanned_total{outcome="gone",format="unknown"} 1');
  });

  it('because it kills whoever reads it is reported when three workers died of it', async () => {
    const rig = createRuleRig({
      over: () => ({ extractor: { extract: async () => Promise.reject(new AppError('job-worker-lost', 'three workers died')) } }),
    });
    await rig.rule();
    rig.say({ files: [{ id: 'F1', bytes: secret }] });
    await rig.settle();
    expect(rig.read()[0]).toContain('file 1 (job worker lost)');
  });
});
