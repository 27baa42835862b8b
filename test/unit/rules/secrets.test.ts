import { detectors } from '@watchpost/rules/detectors/detectors';
import { foundByLibrary, recommendedRules } from '@watchpost/rules/detectors/secrets/library';
import { describe, expect, it } from 'vitest';

const breathe = async (): Promise<void> => {};

async function found(text: string): Promise<string[]> {
  const spans = await detectors.secrets.find(text, breathe);
  return spans.map(({ start, end }) => text.slice(start, end));
}

/** Nobody's: joined here, so that no scanner takes this file for one that holds keys. */
const join = (...parts: string[]): string => parts.join('');
const random = 'Zk3Qx9Lw7Vt2Rb8Nc5Md1Hs6Pf4Jg0YaTuKeXo';
const hexadecimal = '3f9a1c7be24d5806af13c9e7d2b4860f';
const block = (name: string, body: string): string => join('-----BEGIN ', name, '-----\n', body, '\n-----END ', name, '-----');

describe('secrets', () => {
  it.each([
    ['an AWS key id', join('AKIA', 'Q3EGRZ7PLM5XWT2V')],
    ['a GitHub token', join('ghp_', random.slice(0, 36))],
    ['a fine-grained GitHub token', join('github_pat_', random.slice(0, 22), '_', random, random.slice(0, 21))],
    ['a GitLab token', join('glpat-', random.slice(0, 20))],
    ['a Stripe key', join('sk_live_', random.slice(0, 24))],
    ['a Google key', join('AIza', random.slice(0, 35))],
    ['a Slack token', join('xoxb-', '123456789012-1234567890123-', random.slice(0, 24))],
    ['an npm token', join('npm_', random.slice(0, 36))],
    ['a SendGrid key', join('SG.', random.slice(0, 22), '.', random, random.slice(0, 5))],
    ['a Telegram token', join('123456789:AA', random.slice(0, 33))],
    ['a JSON Web Token', join('eyJhbGciOiJIUzI1NiJ9.', 'eyJzdWIiOiIxMjM0NTY3ODkwIn0.', random)],
    ['a Slack webhook', join('https://hooks.slack.com/', 'services/T0123ABCD/B0123ABCD/', random.slice(0, 24))],
    ['a private key', block('RSA PRIVATE KEY', `${random}\n${random}\n${random}==`)],
    ['a PGP key', block('PGP PRIVATE KEY BLOCK', `Version: 1\n\n${random}\n${random}=`)],
  ])('%s, in a sentence, in JSON and behind an escaped break', async (_what, secret) => {
    expect(await found(`use this: ${secret} please`)).toEqual([secret]);
    expect(await found(`{"value":"${secret}"}`)).toEqual([secret]);
    expect(await found(`"first\\n${secret}\\n"`)).toEqual([secret]);
  });

  it.each([
    ['aws_secret_access_key = VALUE', `${random.slice(0, 38)}/q`],
    ['DB_PASSWORD="VALUE"', 'tr0ub4dor&3'],
    ['dbPassword: VALUE', 'hunter2x'],
    ['das Passwort für den Server ist VALUE', 'Sommer2024!'],
    ['The password is VALUE.', 'Sommer2024!'],
    ['**Passwort:** VALUE', 'Trompete77$'],
    ['{"clientSecret":"VALUE"}', hexadecimal],
    ['{\\"api_key\\": \\"VALUE\\"}', hexadecimal],
    ['Authorization: Bearer VALUE', random],
    ['https://deploy:VALUE@git.example.net/x.git', random.slice(0, 14)],
    ['https://VALUE:x-oauth-basic@github.com/acme', hexadecimal],
    ['https://VALUE@github.com/acme', hexadecimal],
    ['curl -u ada:VALUE https://example.net', 'Tr4gic-horse'],
    ['<password>VALUE</password>', 'Tr4gichorse'],
    ['mysqldump -u root -pVALUE shop', 'Tr4gichorse'],
    ['WLAN-Schlüssel: VALUE', 'Kx82-mmQp-1177'],
    ["ALTER USER app WITH PASSWORD 'VALUE';", 'Tr4gichorse'],
    ['Server=db1;Password=VALUE;Encrypt=true', 'Tr4gichorse'],
    ['machine x login y password VALUE', 'Tr4gichorse'],
    ['AccountName=shop;AccountKey=VALUE;Suffix=x', `${random}${random}${random.slice(0, 10)}==`],
    ['sshpass -p VALUE ssh x', 'Tr4gichorse!'],
    ['mysql -u root -pVALUE shop', 'Tr4gichorse!'],
    ['Zugangsdaten: admin / VALUE', 'Tr4gichorse!'],
    ['<add key="Password" value="VALUE" />', 'Tr4gichorse!'],
    ['password\tVALUE', 'Tr4gichorse!'],
    ['the api key VALUE', hexadecimal],
    ['Authorization: Basic VALUE', Buffer.from('ada:Tr4gichorse').toString('base64')],
    ['| user | password |\n| ada | x |\n| password | VALUE |', 'Tr4gichorse'],
  ])('the value in %j', async (template, value) => {
    expect(await found(template.replace('VALUE', () => value))).toEqual([value]);
  });

  it('all of an AWS key, whatever the library says about its place', async () => {
    const key = `${random.slice(0, 30)}+/aB1cD2eF`;
    const text = `"aws_secret_access_key" => "${key}"`;
    expect(key).toHaveLength(40);
    expect(await found(text)).toEqual([key]);
  });

  it('in a message that asks the library to look away', async () => {
    const token = join('ghp_', random.slice(0, 36));
    const text = `// secretlint-disable\n${token}`;
    expect(await found(text)).toEqual([token]);
    expect(await foundByLibrary(text)).toEqual([{ start: text.length - 40, end: text.length }]);
  });

  it.each([
    'password: <your-password>',
    'password: ${DB_PASSWORD}',
    'password = os.environ["DB_PASS1"]',
    'password: ********',
    'print(f"password={password!r}")',
    'password: auth[1],',
    'pino-http-send -u http://localhost:8080/logs2',
    'mkdir -p1 && mysql -p -u root; cp -pR2 x9 y9',
    'const token = await getToken(user1, "read2");',
    'The password is required.',
    'Das Passwort ist abgelaufen.',
    'the password is base64-encoded',
    'password_file: /run/secrets/db1',
    'max_tokens: 4096, token_count: 128000',
    'pass: 1200000 fail: 3',
    'compass: north2west',
    'password: !vault |',
    'API_KEY=your_api_key_here',
    'password: (in Vault2)',
    'password: z.string().min(8)',
    'session token: user1.session2',
    'Authorization: Basic YWJjZGVmZ2hpamtsbW5vcA==',
    join('AKIA', 'IOSFODNN7EXAMPLE'),
    join('ghp_', 'x'.repeat(36)),
    join('xoxb-', 'your-bot-token'),
    join('pk_live_', random.slice(0, 24)),
    `commit ${hexadecimal}a1b2c3d4`,
    `sha256:${hexadecimal}${hexadecimal}`,
    'request 550e8400-e29b-41d4-a716-446655440000',
    `"nextPageToken": "${random}"`,
    block('CERTIFICATE', `${random}\n${random}\n${random}`),
    join('grep "-----BEGIN ', 'PRIVATE KEY-----" *.pem'),
    'postgres://postgres:postgres@localhost/test',
    'https://user:password@example.com',
    'AWS_ACCOUNT_ID=123456789012',
    'ssh key: SHA256:uNiVztksCsDhcc0u9e8BrrttyK8cZZ0Sd8dPbEhFxZk',
  ])('not in %j', async (text) => {
    expect(await found(text)).toEqual([]);
  });

  it('the library has the rules that this was written for: what is new in it must be looked at', () => {
    expect(recommendedRules.toSorted()).toEqual(
      '1password anthropic aws basicauth database-connection-string filter-comments gcp github linear npm openai privatekey sendgrid shopify slack'.split(
        ' ',
      ),
    );
  });
});
