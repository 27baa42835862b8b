import { readNewRule, readRuleEdit, readSettings } from '@watchpost/rules/notation/settings';
import { splitWords } from '@watchpost/rules/notation/words';
import { describe, expect, it } from 'vitest';

const add = (line: string) => readNewRule(splitWords(line));
const edit = (line: string) => readRuleEdit(splitWords(line));
const faultsOf = (read: () => unknown): string[] => {
  try {
    read();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'usage-invalid') return error.message.split('\n');
    throw error;
  }
  return [];
};

describe("a rule's flags", () => {
  it('set everything that a rule has', () => {
    const line =
      '--name "AWS keys" --pattern "AKIA[0-9A-Z]{16}" --action quarantine --channels C01,slack:C02,<#C03|general> --scan text ' +
      '--exempt U1,<@U2>,B3,A4 --severity critical --description "Rotate the key." --notice "A key was removed." --most-an-hour 20 --live --disabled';
    expect(add(line)).toEqual({
      name: 'AWS keys',
      look: { pattern: 'AKIA[0-9A-Z]{16}' },
      action: 'quarantine',
      scope: { in: 'some', channels: ['slack:C01', 'slack:C02', 'slack:C03'] },
      scan: 'text',
      exempt: ['slack:U1', 'slack:U2', 'slack:B3', 'slack:A4'],
      severity: 'critical',
      description: 'Rotate the key.',
      notice: 'A key was removed.',
      mostAnHour: 20,
      dryRun: false,
      enabled: false,
    });
  });

  it('leave out what is not given, so that it is kept or has its default', () => {
    expect(add('--name Cards --detector card-numbers')).toEqual({ name: 'Cards', look: { detector: 'card-numbers' } });
    expect(edit('Cards --live')).toEqual({ name: 'Cards', settings: { dryRun: false } });
    expect(edit('Cards --dry-run --disable')).toEqual({ name: 'Cards', settings: { dryRun: true, enabled: false } });
  });

  it.each([
    ['all', { in: 'all' }],
    ['ALL', { in: 'all' }],
    ['all-but:C01', { in: 'all-but', channels: ['slack:C01'] }],
    ['all-but:C01,C02,C01', { in: 'all-but', channels: ['slack:C01', 'slack:C02'] }],
    ['all-but <#C01|general>, <#C02>', { in: 'all-but', channels: ['slack:C01', 'slack:C02'] }],
    ['C01, C02 ,D03', { in: 'some', channels: ['slack:C01', 'slack:C02', 'slack:D03'] }],
    ['teams:T1', { in: 'some', channels: ['teams:T1'] }],
  ])('take the channels "%s"', (channels, scope) => {
    expect(edit(`Cards --channels ${channels} --live`).settings).toEqual({ scope, dryRun: false });
  });

  it.each(['general', '#general', 'C01,general', 'all-but:', 'U01', '<@U01>', ',', 'c01'])('refuse the channels "%s"', (channels) => {
    expect(faultsOf(() => edit(`Cards --channels ${channels}`))).toEqual([expect.stringMatching(/^--channels must be `all`, ids/)]);
  });

  it('are all judged at once, each with its name and the reason, and none repeats what was typed', () => {
    const faults = faultsOf(() =>
      add('--action erase --scan pictures --severity 5 --exempt ada --most-an-hour 0 --live --dry-run --colour red --detector sekret'),
    );
    expect(faults).toEqual([
      'there is no --colour here',
      '--detector must be one of secrets, card-numbers, ibans, phone-numbers, email-addresses',
      '--action must be one of report, quarantine, remove',
      '--scan must be one of text, files, both',
      expect.stringMatching(/^--exempt must be ids of members/),
      '--severity must be one of low, medium, high, critical',
      '--most-an-hour must be a whole number from 1 to 100000',
      '--live and --dry-run cannot both be given',
    ]);
    expect(faults.join()).not.toMatch(/erase|pictures|ada|sekret|red/);
  });

  it.each([
    ['', ['--name is missing', '--pattern or --detector is missing']],
    ['--name', ['--name needs a value', '--name is missing', '--pattern or --detector is missing']],
    ['--name A --pattern x --detector ibans', ['--pattern and --detector cannot both be given']],
    ['--name A --pattern', ['--pattern needs a value']],
    ['--name --live --pattern x', ['--name needs a value', '--name is missing']],
    ['--name A --name B --pattern x', ['--name is given twice']],
    ['--name A --pattern x --live=yes', ['--live takes no value']],
    ['--name A --pattern x y z', ['2 words too many: put a value with spaces in quotation marks']],
    ['--name A --pattern x --rename B', ['--rename is for rules that exist']],
  ])('of a new rule are refused: "%s"', (line, faults) => expect(faultsOf(() => add(line))).toEqual(faults));

  it('are refused where they are too long', () => {
    const line = `--name ${'n'.repeat(81)} --pattern ${'p'.repeat(2_001)} --notice ${'x'.repeat(501)} --description ${'y'.repeat(501)}`;
    expect(faultsOf(() => add(line))).toEqual([
      '--pattern must have 1 to 2000 characters',
      '--description must have at most 500 characters',
      '--notice must have at most 500 characters',
      '--name must have at most 80 characters',
    ]);
  });

  it.each([
    ['', ["the rule's name is missing"]],
    ['Cards', ['nothing is to be changed: no flag is given']],
    ['Cards --name Other --live', ['--name and a name are given: --rename gives it another one']],
    ['Cards --rename ""', ['--rename must have 1 to 80 characters']],
    ['Cards --enable --disable', ['--enable and --disable cannot both be given']],
  ])('of a change are refused: "%s"', (line, faults) => expect(faultsOf(() => edit(line))).toEqual(faults));

  it('clear the notice, the description and the exemptions', () => {
    const cleared = { description: '', notice: null, exempt: [] };
    expect(edit('Cards --description "" --notice none --exempt none').settings).toEqual(cleared);
    expect(edit("Cards --description none --notice '' --exempt ''").settings).toEqual(cleared);
  });

  it('of a change name the rule in several words, or by --name', () => {
    expect(edit('AWS keys --rename "Amazon keys"')).toEqual({ name: 'AWS keys', settings: { name: 'Amazon keys' } });
    expect(edit('--name "AWS keys" --enable')).toEqual({ name: 'AWS keys', settings: { enabled: true } });
  });

  it('may have values that begin with dashes', () => {
    expect(add('--name Keys --pattern -----BEGIN').look).toEqual({ pattern: '-----BEGIN' });
    expect(add('--name=Keys --pattern=--x').look).toEqual({ pattern: '--x' });
    expect(readSettings(['--', '--live']).others).toEqual(['--live']);
  });

  it('of the command itself are told apart', () => {
    expect(readSettings(['file.csv', '--json', '--limit', '5', '--live'], { json: 'switch', limit: 'value' })).toEqual({
      name: null,
      settings: { dryRun: false },
      others: ['file.csv'],
      more: { json: '', limit: '5' },
      faults: [],
    });
  });
});

describe('a line as words', () => {
  it.each([
    ['  add  --name x ', ['add', '--name', 'x']],
    ['--name “AWS keys” —live', ['--name', 'AWS keys', '—live']],
    ['--name „AWS keys“ x', ['--name', 'AWS keys', 'x']],
    ['--name «AWS keys»', ['--name', 'AWS keys']],
    ['--name ‘AWS keys’', ['--name', 'AWS keys']],
    ['--name="AWS keys"', ['--name=AWS keys']],
    ['—name=“AWS keys”', ['—name=AWS keys']],
    ['--pattern `a b\\d`', ['--pattern', 'a b\\d']],
    ['--pattern "say \\"x\\""', ['--pattern', 'say "x"']],
    ['--pattern "ends in \\\\"', ['--pattern', 'ends in \\\\']],
    ['--pattern \\d+\\s', ['--pattern', '\\d+\\s']],
    ['--pattern password="[^"]+"', ['--pattern', 'password="[^"]+"']],
    ['--notice ""', ['--notice', '']],
    ["don't stop", ["don't", 'stop']],
    ["'tis open", ["'tis", 'open']],
    ['--pattern "a“ b” c"', ['--pattern', 'a“ b” c']],
    ['‘it’s’ x', ['it’s', 'x']],
    ['“it’s Ada’s” x', ['it’s Ada’s', 'x']],
    ['', []],
  ])('%s', (line, words) => expect(splitWords(line)).toEqual(words));

  it('has the flags that a word processor made of two hyphens', () => {
    expect(add('—name “AWS keys” –pattern “AKIA” ——live'.replace('——', '—'))).toEqual({
      name: 'AWS keys',
      look: { pattern: 'AKIA' },
      dryRun: false,
    });
  });
});
