import { readFileSync } from 'node:fs';
import { holdingNames } from '@watchpost/gallery/holdings';
import { dataClasses } from '@watchpost/privacy/retention/classes';
import { readRetention } from '@watchpost/privacy/retention/settings';
import { privacyEnv } from '@watchpost/privacy/config';
import { rulesEnv } from '@watchpost/rules/config';
import { convertEnv } from '@watchpost/convert/config';
import { talkEnv } from '@watchpost/talk/config';
import { retentionEnv } from '@watchpost/privacy/retention/settings';
import { describe, expect, it } from 'vitest';
import { fromRoot } from '../../support/root.ts';

const document = readFileSync(fromRoot('docs/privacy.md'), 'utf8');
const dayMs = 86_400_000;
const hourMs = 3_600_000;

describe('the classes of data', () => {
  it('are the table of docs/privacy.md, word by word', () => {
    const rows = document.slice(document.indexOf('| class | what |')).split('\n\n')[0]?.split('\n').slice(2) ?? [];
    expect(rows).toEqual(dataClasses.map(({ id, what, where, howLong }) => `| ${id} | ${what} | ${where} | ${howLong} |`));
  });

  it('name each setting with its default, as the settings have it', () => {
    const settings = readRetention({});
    for (const { id, howLong, setting, keepMs } of dataClasses) {
      if (setting === null) continue;
      expect([id, howLong.includes(`\`${setting}\``) || id === 'quarantine' || id === 'boards']).toEqual([id, true]);
      const [, said] = new RegExp(String.raw`\`${setting}\` \((\w+)\)`).exec(howLong) ?? [];
      if (said === undefined) continue;
      const ms = keepMs?.(settings) ?? null;
      const unit = setting.endsWith('HOURS') ? hourMs : dayMs;
      expect([id, said]).toEqual([id, ms === null ? 'never' : String(ms / unit)]);
    }
  });

  it('have one id each, and no kind of documents is in two of them', () => {
    const ids = dataClasses.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const kinds = dataClasses.flatMap(({ holds }) => (holds.in === 'documents' ? [...holds.kinds, ...(holds.parts ?? [])] : []));
    expect(new Set(kinds).size).toBe(kinds.length);
    const names = dataClasses.flatMap(({ holds }) => (holds.in === 'gallery' ? [...holds.names, ...(holds.parts ?? [])] : []));
    expect(names.toSorted()).toEqual([...holdingNames].sort());
  });

  it('read other packages’ variables as these do', () => {
    const own = {
      RULES_KEEP_DAYS: rulesEnv.RULES_KEEP_DAYS,
      TALK_KEEP_DAYS: talkEnv.TALK_KEEP_DAYS,
      CONVERT_KEEP_HOURS: convertEnv.CONVERT_KEEP_HOURS,
    };
    for (const value of ['0', '1', '24', '90', '720', '721', '3650', '3651', '36500', '36501', 'x', undefined])
      for (const [name, schema] of Object.entries(own)) {
        const ours = Object.entries(retentionEnv)
          .find(([each]) => each === name)?.[1]
          .safeParse(value);
        const theirs = schema.safeParse(value);
        expect([name, value, ours?.success, ours?.data]).toEqual([name, value, theirs.success, theirs.data]);
      }
    expect(Object.keys(privacyEnv)).toContain('FORGET_POSTS');
  });
});
