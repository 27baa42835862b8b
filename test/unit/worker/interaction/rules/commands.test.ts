import { rulesHelp } from '@watchpost/shared/chat/command-help';
import { afterWords } from '@watchpost/worker/interaction/rules/command';
import { rulesCommands } from '@watchpost/worker/interaction/rules/run-rules';
import { withMentions, showId } from '@watchpost/worker/interaction/rules/show';
import { conditionsIn } from '@watchpost/worker/interaction/rules/violations-command';
import { faultsOfBlocks } from '@watchpost/slack/blocks/faults';
import { renderPost } from '@watchpost/slack/blocks/render-post';
import { beforeEach, describe, expect, it } from 'vitest';
import { createMemoryDocuments } from '../../../../support/memory-documents.ts';
import { rulesRig, type RulesRig } from '../../../../support/rules-rig.ts';

const never = new AbortController().signal;
let rig: RulesRig;
beforeEach(() => {
  rig = rulesRig(createMemoryDocuments());
});

describe('commands about rules', () => {
  it('are all explained by help', async () => {
    expect([...new Set(rulesHelp.map(({ name }) => name))].toSorted()).toEqual(Object.keys(rulesCommands).toSorted());
    const text = await rig.type('help');
    for (const { usage, does } of rulesHelp) expect(text).toContain(`• /rules ${usage}: ${does}`);
    expect(await rig.type('')).toBe(text);
    expect(await rig.type('frobnicate my secret')).toBe(
      text.replace('What you can do about rules:', 'There is no such command. These are all:'),
    );
    expect(await rig.type('constructor')).toMatch(/^There is no such command/);
  });

  it.each(Object.keys(rulesCommands))('%s tells nobody anything who is no admin', async (command) => {
    await rig.type('add Keys --pattern AKIA[0-9A-Z]{16}');
    const before = await rig.type('history');
    for (const args of ['', ' Keys', ' Keys confirm', ' Other --pattern b', ' Keys text'])
      expect(await rig.type(`${command}${args}`, { member: 'UMALLORY' })).toBe(
        'Only admins of watchpost can do this. Ask whoever runs it to add you.',
      );
    expect(await rig.type('history')).toBe(before);
  });

  it('tell nobody anything while it is not known who is an admin', async () => {
    rig.admins.set('UFAY', 'unknown');
    expect(await rig.type('list', { member: 'UFAY' })).toMatch(/^It cannot be found out now/);
  });

  it('add makes a rule in dry run, and says what to do next', async () => {
    expect(await rig.type('list')).toBe('There are no rules yet. To make one: /rules add NAME --pattern PATTERN');
    expect(await rig.type('add "AWS keys" --pattern “AKIA[0-9A-Z]{16}” --channels <#C1|general>,<#C2|random> --action remove')).toBe(
      [
        'Added:',
        '• name: AWS keys',
        `• id: ${(await rig.rules.list(never))[0]!.id}`,
        '• looks for: AKIA[0-9A-Z]{16}',
        '• in: C1, C2',
        '• scans: what messages say and files contain',
        '• action: remove: it is removed',
        '• state: dry run: only recorded, and reported as what would have happened',
        '• severity: medium',
        '• removals: at most 100 an hour, then it goes back to its dry run',
        'It is in dry run. To try it: /rules test "AWS keys" TEXT. To let it act: /rules live "AWS keys"',
      ].join('\n'),
    );
    expect(await rig.type('list')).toBe(
      '1 rule:\n• AWS keys: AKIA[0-9A-Z]{16} in C1, C2, text and files: it would be removed (medium, dry run)',
    );
    expect(await rig.type('show aws KEYS')).toContain('• looks for: AKIA[0-9A-Z]{16}');
  });

  it('say why a rule is refused, and nothing is changed', async () => {
    const without = rulesRig(createMemoryDocuments(), { canQuarantine: false });
    expect(await rig.type('add Bad --pattern (a')).toMatch(/^Nothing was done: /);
    expect(await rig.type('add Bad --pattern a(?=b)')).toMatch(/^Nothing was done: /);
    expect(await rig.type('add --pattern a --severity loud')).toBe(
      'Nothing was done: \n• --severity must be one of low, medium, high, critical\n• --name is missing',
    );
    expect(await without.type('add Q --pattern abc --action quarantine')).toMatch(/QUARANTINE_KEY/);
    await rig.type('add Keys --pattern abc');
    expect(await rig.type('add KEYS --pattern abd')).toMatch(/^Nothing was done: /);
    expect(await rig.type('edit Other --severity high')).toMatch(/^Nothing was done: /);
    expect(await rig.type('show Other')).toBe('Nothing was done: there is no rule called “Other”: /rules list shows all of them');
    expect(await rig.type('show')).toBe('Nothing was done: say which rule: /rules show NAME');
    expect(await rig.type('list')).toMatch(/^1 rule:\n• Keys/);
  });

  it('live, dry-run, disable and enable switch a rule, and say what it does then', async () => {
    await rig.type('add Keys --pattern abc --action remove');
    expect(await rig.type('live keys')).toBe('The rule Keys is live. Where it matches: it is removed.');
    expect(await rig.type('disable Keys')).toBe('The rule Keys is disabled.');
    expect(await rig.type('live Keys')).toMatch(/It is disabled: \/rules enable Keys applies it again\.$/);
    expect(await rig.type('enable Keys')).toBe('The rule Keys is live. Where it matches: it is removed.');
    expect(await rig.type('dry-run Keys')).toMatch(/^The rule Keys is in dry run: /);
    rig.canRemove = { can: false, why: 'SLACK_USER_TOKEN is not set.' };
    expect(await rig.type('live Keys')).toBe(
      'The rule Keys is live. Where it matches: it is removed. Nothing can be removed here: SLACK_USER_TOKEN is not set. Until then it only reports.',
    );
    expect(await rig.type('edit Keys --action report')).not.toContain('SLACK_USER_TOKEN');
  });

  it('remove asks back first', async () => {
    await rig.type('add Keys --pattern abc');
    await rig.type('add "Keys confirm" --pattern abd');
    expect(await rig.type('remove Keys')).toBe('This removes the rule Keys. What it found stays. To do it: /rules remove Keys confirm');
    // A rule has that very name: it is asked for, too.
    expect(await rig.type('remove Keys confirm')).toMatch(/^This removes the rule Keys confirm\./);
    expect(await rig.type('remove "Keys confirm" confirm')).toBe('The rule Keys confirm is removed.');
    expect(await rig.type('remove keys confirm')).toBe('The rule Keys is removed.');
    expect(await rig.type('list')).toMatch(/^There are no rules yet/);
  });

  it('history says who changed what', async () => {
    expect(await rig.type('history')).toBe('No rule has been changed yet.');
    await rig.type('add Keys --pattern abc --channels C1');
    await rig.type('edit Keys --channels all-but:C2', { member: 'UEVE' });
    expect(await rig.type('history')).toMatch(
      /^The latest changes:\n• .* · UEVE · edited Keys: in C1 → all channels but C2\n• .* · UBOB · added Keys \(abc; report, dry run\)$/,
    );
  });
});

it('answers stay within what the platform takes, whatever rules there are', async () => {
  const scope = Array.from({ length: 100 }, (_, index) => `C${String(index)}AAAAAAAA`).join(',');
  const name = (index: number): string => `${String(index)} ${'<&>'.repeat(25)}`;
  const add = async (index: number, length: number) =>
    rig.rules.add({ name: name(index), look: { pattern: '&'.repeat(length) }, description: '&'.repeat(400) }, 'cli:ada', never);
  for (let index = 0; index < 70; index += 1) await add(index, index < 2 ? 1_990 : 100);
  await rig.type(`add wide --pattern abc --channels ${scope} --exempt U1,U2`);
  for (const text of ['list', 'show wide', `show "${name(1)}"`, 'history', 'help']) {
    const { blocks } = renderPost(await rig.ask(text), { fileId: null });
    expect({ text, faults: faultsOfBlocks(blocks) }).toEqual({ text, faults: [] });
    expect(blocks.length).toBeGreaterThan(0);
  }
  const list = await rig.type('list');
  expect(list).toMatch(/^71 rules:\n/);
  expect(list).toContain('and 11 more: `watchpost rules list` shows all of them.');
  expect(list).not.toContain('&'.repeat(90));
});

describe('a command whose answer was lost', () => {
  it.each([
    ['add', 'add Keys --pattern abc', '', /^Added:\n• name: Keys/],
    ['remove', 'remove Keys confirm', 'add Keys --pattern abc', /^The rule Keys is removed\.$/],
    ['edit', 'edit Keys --rename Tokens', 'add Keys --pattern abc', /^Changed:\n• name: Tokens/],
    ['live', 'live Keys', 'add Keys --pattern abc', /^The rule Keys is live/],
  ])('%s is answered by its retry, and done once', async (_name, command, before, expected) => {
    if (before !== '') await rig.type(before);
    const atMs = Date.now();
    await rig.type(command, { atMs });
    const history = await rig.type('history');
    expect(await rig.type(command, { atMs })).toMatch(expected);
    expect(await rig.type('history')).toBe(history);
    if (command.startsWith('live')) return;
    // Neither is somebody else's change taken for theirs, nor an earlier one.
    expect(await rig.type(command, { atMs, member: 'UEVE' })).toMatch(/^Nothing was done: /);
    expect(await rig.type(command, { atMs: atMs + 60_000 })).toMatch(/^Nothing was done: /);
  });

  it('add is not answered by a rule that looks for something else', async () => {
    const atMs = Date.now();
    await rig.type('add Keys --pattern abc', { atMs });
    expect(await rig.type('add Keys --pattern abd', { atMs })).toMatch(/^Nothing was done: there is a rule called Keys already/);
  });
});

describe('reading what was typed', () => {
  it('finds what stands behind the first words, as it was typed', () => {
    expect(afterWords('Keys  a  b\nc', 1)).toBe('a  b\nc');
    expect(afterWords('“AWS keys” “a”', 1)).toBe('“a”');
    expect(afterWords('--pattern "a b"  "c" d', 2)).toBe('"c" d');
    expect(afterWords('Keys', 1)).toBe('');
  });

  it('reads conditions in any order, names of several words, and quoted words that look like conditions', () => {
    expect(conditionsIn([])).toEqual({});
    expect(conditionsIn(['since', '7d', 'rule', 'AWS', 'keys', 'by', '<@U1>', 'in', '<#C1>'])).toEqual({
      since: '7d',
      rule: 'AWS keys',
      by: '<@U1>',
      in: '<#C1>',
    });
    expect(conditionsIn(['rule', 'in', 'in', 'C1'])).toEqual({ rule: 'in', in: 'C1' });
    expect(() => conditionsIn(['Keys'])).toThrow('this is not understood');
    expect(() => conditionsIn(['rule', 'Keys', 'since'])).toThrow('something is missing after “since”');
  });

  it('makes mentions of ids in a description', () => {
    expect(withMentions(`in ${showId('slack:C1')}, ${showId('slack:D1')} by ${showId('slack:U1')}`)).toEqual([
      { text: 'in ' },
      { text: 'C1', channel: 'C1' },
      { text: ', ' },
      { text: 'D1' },
      { text: ' by ' },
      { text: 'U1', member: 'U1' },
    ]);
  });
});
