import { decimal, type Draw, upper } from './draw.ts';
import { plant, type Sample } from './sample.ts';

/** The digits with the check digit that Luhn's formula asks for. */
export function withLuhnDigit(digits: string): string {
  const sum = Array.from(digits).reduceRight((sum, digit, index) => {
    const counted = (digits.length - index) % 2 === 1 ? Number(digit) * 2 : Number(digit);
    return sum + (counted > 9 ? counted - 9 : counted);
  }, 0);
  return digits + String((10 - (sum % 10)) % 10);
}

const issuers: readonly [string, number][] = [
  ['4', 16],
  ['4', 16],
  ['51', 16],
  ['55', 16],
  ['2221', 16],
  ['2720', 16],
  ['34', 15],
  ['37', 15],
  ['6011', 16],
  ['65', 16],
  ['3528', 16],
  ['36', 14],
  ['62', 16],
  ['5018', 16],
];

/** A number of a card that nobody has. */
export function cardNumber(draw: Draw, [begin, length]: readonly [string, number]): string {
  return withLuhnDigit(begin + draw.characters(length - begin.length - 1, decimal));
}

function asPrinted(digits: string, gap: string): string {
  if (digits.length === 15) return digits.replace(/^(.{4})(.{6})(.{5})$/, `$1${gap}$2${gap}$3`);
  if (digits.length === 14) return digits.replace(/^(.{4})(.{6})(.{4})$/, `$1${gap}$2${gap}$3`);
  return digits.replaceAll(/(.{4})(?=.)/g, `$1${gap}`);
}

const cardPlaces: readonly [string, ...string[]] = [
  'my card is {}, valid until 12/27',
  'Karte: {} 03/28 123',
  '{"pan":"{}","cvc":"123"}',
  'customer called, wants to pay with {}',
  'Die Kreditkartennummer lautet {}.',
  '2024-03-18 09:12:44 DEBUG charge card={} amount=12.50',
  'name;number\nAda Lovelace;{}\n',
  '| Ada | {} | 12/27 |',
  'Visa {} bitte belasten',
  '{}',
];

export function cardSamples(draw: Draw): Sample[] {
  return issuers.flatMap((issuer) =>
    ['', ' ', '-', draw.of(['.', '\u00A0', ' '])].map((gap) =>
      plant('card', 'card-numbers', draw.of(cardPlaces), asPrinted(cardNumber(draw, issuer), gap)),
    ),
  );
}

const countries: readonly [string, (draw: Draw) => string][] = [
  ['DE', (draw) => draw.characters(18, decimal)],
  ['DE', (draw) => draw.characters(18, decimal)],
  ['AT', (draw) => draw.characters(16, decimal)],
  ['CH', (draw) => draw.characters(17, decimal)],
  ['NL', (draw) => draw.characters(4, upper) + draw.characters(10, decimal)],
  ['GB', (draw) => draw.characters(4, upper) + draw.characters(14, decimal)],
  ['FR', (draw) => draw.characters(23, decimal)],
  ['PL', (draw) => draw.characters(24, decimal)],
  ['LU', (draw) => draw.characters(16, decimal)],
  ['IE', (draw) => draw.characters(4, upper) + draw.characters(14, decimal)],
];

/** An account number with its check digits: the country and they are moved behind it, letters become numbers, and the rest by 97 is 1. */
export function ibanOf(country: string, account: string): string {
  const numbers = Array.from(`${account}${country}00`, (character) => String(Number.parseInt(character, 36))).join('');
  return `${country}${String(98n - (BigInt(numbers) % 97n)).padStart(2, '0')}${account}`;
}

/** As it is, with a wrong check digit. */
export const wrongIban = (iban: string): string =>
  iban.slice(0, 2) + String(((Number(iban.slice(2, 4)) + 11) % 95) + 2).padStart(2, '0') + iban.slice(4);

export function drawIban(draw: Draw): string {
  const [country, account] = countries[draw.below(countries.length)] ?? ['DE', () => '0'.repeat(18)];
  return ibanOf(country, account(draw));
}

const ibanPlaces: readonly [string, ...string[]] = [
  'IBAN: {}',
  'Bitte auf {} überweisen, danke!',
  'please pay to {} by Friday',
  '{"iban": "{}", "bic": "DEUTDEFF"}',
  'Kontoinhaberin Ada Lovelace, {}, Verwendungszweck Miete',
  'iban,amount\n{},12.50\n',
  '{}',
];

export function ibanSamples(draw: Draw): Sample[] {
  return countries.flatMap(([country, account]) =>
    ['', ' ', ' ', '-'].map((gap) => {
      const iban = ibanOf(country, account(draw));
      return plant('account', 'ibans', draw.of(ibanPlaces), iban.replaceAll(/(.{4})(?=.)/g, `$1${gap}`));
    }),
  );
}
