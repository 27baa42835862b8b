import { detectors } from '@watchpost/rules/detectors/detectors';
import type { DetectorName } from '@watchpost/rules/rule';
import { describe, expect, it } from 'vitest';

const breathe = async (): Promise<void> => {};

async function found(name: DetectorName, text: string): Promise<string[]> {
  const spans = await detectors[name].find(text, breathe);
  return spans.map(({ start, end }) => text.slice(start, end));
}

describe('card numbers', () => {
  it.each([
    ['pay with 4111 1111 1111 1111 12/27', '4111 1111 1111 1111'],
    ['5555555555554444', '5555555555554444'],
    ['Amex 3782-822463-10005', '3782-822463-10005'],
    ['Diners 3056 930902 5904', '3056 930902 5904'],
    ['6011.1111.1111.1117,', '6011.1111.1111.1117'],
    ['CARD=3530111333300000;', '3530111333300000'],
    ['VISA4111111111111111', '4111111111111111'],
    ['4111 1111 1111 1111/123', '4111 1111 1111 1111'],
    ['4111 1111 1111 1111 123', '4111 1111 1111 1111'],
    ['old Visa card 4222222222222', '4222222222222'],
    ['line\\n4242424242424242\\nline', '4242424242424242'],
    ['id,card,end\n1,4111111111111111,12/27', '4111111111111111'],
    ['[1,4111111111111111,2]', '4111111111111111'],
    ['4111111111111111/12/27', '4111111111111111'],
    ['Visa4111111111111111', '4111111111111111'],
    ['in 2027 4111 1111 1111 1111', '4111 1111 1111 1111'],
  ])('in %j', async (text, number) => {
    expect(await found('card-numbers', text)).toEqual([number]);
  });

  it.each([
    ['a wrong check digit', '4111 1111 1111 1112'],
    ['an issuer that there is not', '9111111111111111'],
    ['a longer row of digits', '41111111111111110000'],
    ['zeros', '0000 0000 0000 0000'],
    ['a fraction', '0.4111111111111111 0,4111111111111111'],
    ['a row of groups', '1000 4111 1111 1111 1111 2000'],
    ['a dump of memory', '00000010: 23222120 27262524  2b2a2928'],
    ['a part of an identifier', 'run_4111111111111111 A4111111111111111 1234-4111-1111-1111-1111'],
    ['a part of a link', 'https://example.com/posts/4111111111111111'],
    ['gaps that differ', '4111 1111-1111 1111'],
    ['a bar code with as many digits as an old card', 'EAN 4222222222222'],
  ])('not in %s', async (_what, text) => {
    expect(await found('card-numbers', text)).toEqual([]);
  });
});

describe('accounts', () => {
  it.each([
    ['IBAN: DE89 3704 0044 0532 0130 00, danke', 'DE89 3704 0044 0532 0130 00'],
    ['GB29NWBK60161331926819', 'GB29NWBK60161331926819'],
    ['ch93 0076 2011 6238 5295 7', 'ch93 0076 2011 6238 5295 7'],
    ['NL91-ABNA-0417-1643-00', 'NL91-ABNA-0417-1643-00'],
    ['DE 89 370400440532013000', 'DE 89 370400440532013000'],
    ['IBANAT611904300234573201', 'AT611904300234573201'],
  ])('in %j', async (text, iban) => {
    expect(await found('ibans', text)).toEqual([iban]);
  });

  it.each([
    ['wrong check digits', 'DE88 3704 0044 0532 0130 00'],
    ['too few characters', 'DE89 3704 0044 0532 0130'],
    ['too many characters', 'DE89370400440532013000123'],
    ['a country without such numbers', 'US89 3704 0044 0532 0130 00'],
    ['zeros only', 'DE36 0000 0000 0000 0000 00'],
    ['the middle of a word', 'XDE89370400440532013000'],
  ])('not with %s', async (_what, text) => {
    expect(await found('ibans', text)).toEqual([]);
  });
});

describe('telephone numbers', () => {
  it.each([
    ['call +49 30 901820 now', '+49 30 901820'],
    ['(+41 44 668 18 00)', '+41 44 668 18 00'],
    ['0049 171 3920012', '0049 171 3920012'],
    ['Handy 01713920012', '01713920012'],
    ['0171/3920012', '0171/3920012'],
    ['089 / 458893', '089 / 458893'],
    ['(415) 555-2671', '(415) 555-2671'],
    ['Tel.: 044 668 18 00', '044 668 18 00'],
    ['+1 202-555-0143', '+1 202-555-0143'],
    ['213 373-4253', '213 373-4253'],
    ['1,+49 30 901820,10115', '+49 30 901820'],
    ['7,0171 3920012,3', '0171 3920012'],
  ])('in %j', async (text, number) => {
    expect(await found('phone-numbers', text)).toEqual([number]);
  });

  it('several in a row', async () => {
    expect(await found('phone-numbers', 'Tel. 030 901820 / 0171 3920012')).toEqual(['030 901820', '0171 3920012']);
  });

  it.each([
    'ts 1700000000.123456',
    'at 1700000000123',
    'host 192.168.100.200',
    'am 03.04.2024 um 12 Uhr',
    '2024-03-18 09:12:44',
    'ISBN 978-3-16-148410-0',
    'order 0301234567',
    'order 009582277965 shipped',
    'Rechnung 2024-004711',
    'total 1.234.567,00 EUR',
    '47.376887, 8.541694',
    '4111 1111 1111 1111',
    'DE89 3704 0044 0532 0130 00',
    '10 20 30 40 50 60 70',
    '+49 12',
    'room 0123 4567',
    '0800-1000 Uhr',
    'ticket 4155552671',
    '€ 1 200 000',
    'id 550e8400-e29b-41d4-a716-446655440000',
    'Boston, MA  02110-1301  USA',
    'Sacramento, CA\n# 94203-0001',
    'May 01 2006',
    '[*0328.0020.0004]',
    'flags 0100 0000',
    'DFARS 252.227-7013',
    'camera-020-12345.log 020-12345.log',
  ])('not in %j', async (text) => {
    expect(await found('phone-numbers', text)).toEqual([]);
  });
});

describe('e-mail addresses', () => {
  it.each([
    ['write to ada.lovelace+x@mail.example.co.uk.', 'ada.lovelace+x@mail.example.co.uk'],
    ['<Ada@EXAMPLE.org>', 'Ada@EXAMPLE.org'],
    ['jürgen@müller.de', 'jürgen@müller.de'],
    ['mailto:ada@example.org?subject=x', 'ada@example.org'],
    ['"a\\nada@example.org\\n"', 'ada@example.org'],
    ['ada [at] example [dot] org', 'ada [at] example [dot] org'],
    ['ada@example.org: yes', 'ada@example.org'],
    ["EMAIL='ada@example.org'", 'ada@example.org'],
    ['?mail=ada@example.org&x=1', 'ada@example.org'],
  ])('in %j', async (text, address) => {
    expect(await found('email-addresses', text)).toContain(address);
  });

  it.each([
    'thanks @ada.lovelace!',
    '@ada@mastodon.social',
    'git@github.com:acme/shop.git',
    'https://ada:pw@example.com/',
    'logo@2x.png Emoji@2x.ttf',
    'po/ca@valencia.po',
    'lodash@4.17.21 @types/node@20.11.5',
    'root@localhost deploy@nas.local',
    'scp a ada@db1.example.com:/tmp',
    'Message-ID: <20240318.1@mail.example.com>',
    'a @ b.com',
  ])('not in %j', async (text) => {
    expect(await found('email-addresses', text)).toEqual([]);
  });
});
