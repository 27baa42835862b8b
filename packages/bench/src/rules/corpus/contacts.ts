import { decimal, type Draw, lower } from './draw.ts';
import { plant, type Sample } from './sample.ts';

/** `#`: any digit. */
const numbers: readonly string[] = [
  '+49 30 9####### ',
  '+49 171 39#####',
  '+4917139#####',
  '+49 (0)89 45####-0',
  '0049 40 36####',
  '030 44####',
  '0171 39#####',
  '0171/39#####',
  '0171-39#####',
  '(030) 44####',
  '089 / 45####',
  '+41 44 668 ## ##',
  '+41 79 4## ## ##',
  '044 668 ## ##',
  '079 4## ## ##',
  '+43 1 58####',
  '+43 664 1######',
  '+44 20 7946 0###',
  '+44 7911 1#####',
  '020 7946 0###',
  '+1 415 555 2###',
  '+1 (212) 736-5###',
  '(415) 555-2###',
  '415-555-2###',
  '+33 6 12 ## ## ##',
  '+31 6 1#######',
  '+39 347 1######',
  '+48 512 ### ###',
  '+34 612 ## ## ##',
  '+45 32 1# ## ##',
];

const phonePlaces: readonly [string, ...string[]] = [
  'Call me at {} tomorrow.',
  'Du erreichst mich unter {}.',
  'Tel. {}',
  '{"name": "Ada", "phone": "{}"}',
  'Ada Lovelace, {}, Berlin',
  'name;phone\nAda;{}\n',
  'WhatsApp: {} :phone:',
  '{}',
  'meine neue Nummer: {}',
  'customer wants to be called back ({})',
];

export function phoneSamples(draw: Draw): Sample[] {
  return numbers.flatMap((number) =>
    [1, 2].map(() =>
      plant(
        'number',
        'phone-numbers',
        draw.of(phonePlaces),
        number.trim().replaceAll('#', () => draw.characters(1, decimal)),
      ),
    ),
  );
}

const addressPlaces: readonly [string, ...string[]] = [
  'please write to {}',
  'Bitte an {} schicken, danke.',
  '{"email":"{}","active":true}',
  'From: Ada Lovelace <{}>',
  'mailto:{}?subject=hello',
  'name,email\nAda,{}\n',
  'user={} status=failed',
  '{}',
  '(siehe {})',
  'cc {}, thanks!',
  'E-Mail:{};',
];

export function emailSamples(draw: Draw): Sample[] {
  return Array.from({ length: 36 }, () => {
    const first = draw.of(['ada', 'grace', 'jürgen', 'Zoe', 'info', 'a', 'no-reply', 'bewerbung']);
    const rest = draw.of([
      `.${draw.characters(7, lower)}`,
      `+${draw.characters(4, lower)}`,
      `_${draw.below(99)}`,
      '',
      `-${draw.characters(3, lower)}`,
    ]);
    const host = draw.of([
      'example.com',
      'mail.example.co.uk',
      'firma.de',
      'uni-bonn.de',
      'posteo.net',
      'sub.domain.example.org',
      'start-up.io',
      'müller.de',
    ]);
    return plant('address', 'email-addresses', draw.of(addressPlaces), `${first}${rest}@${host}`);
  });
}
