import { base32, base62, base64, decimal, type Draw, hex, lower, upper, urlSafe } from './draw.ts';
import { plant, type Sample } from './sample.ts';

type Maker = (draw: Draw) => string;

const base64Json = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function jsonWebToken(draw: Draw): string {
  const head = base64Json({ alg: draw.of(['HS256', 'RS256']), typ: 'JWT' });
  return `${head}.${base64Json({ sub: draw.characters(10, decimal), iat: 1_700_000_000 + draw.below(9_999) })}.${draw.characters(43, urlSafe.slice(0, 62))}`;
}

function privateKey(draw: Draw): string {
  const name = draw.of(['RSA ', 'EC ', 'OPENSSH ', 'ENCRYPTED ', '']);
  const lines = Array.from({ length: 4 + draw.below(12) }, () => draw.characters(64, base64));
  return [`-----BEGIN ${name}PRIVATE KEY-----`, ...lines, `${draw.characters(22, base64)}==`, `-----END ${name}PRIVATE KEY-----`].join(
    '\n',
  );
}

/** Tokens that tell by their shape what they are. */
const shapes: readonly [string, Maker][] = [
  ['AWS access key id', (draw) => `AKIA${draw.characters(16, base32)}`],
  ['AWS temporary key id', (draw) => `ASIA${draw.characters(16, base32)}`],
  ['GitHub personal token', (draw) => `ghp_${draw.characters(36, base62)}`],
  ['GitHub OAuth token', (draw) => `gho_${draw.characters(36, base62)}`],
  ['GitHub server token', (draw) => `ghs_${draw.characters(36, base62)}`],
  ['GitHub fine-grained token', (draw) => `github_pat_${draw.characters(22, base62)}_${draw.characters(59, base62)}`],
  ['GitLab token', (draw) => `glpat-${draw.characters(20, urlSafe.slice(0, 62))}`],
  ['Slack bot token', (draw) => `xoxb-${draw.characters(12, decimal)}-${draw.characters(13, decimal)}-${draw.characters(24, base62)}`],
  [
    'Slack user token',
    (draw) =>
      `xoxp-${draw.characters(12, decimal)}-${draw.characters(12, decimal)}-${draw.characters(12, decimal)}-${draw.characters(32, hex)}`,
  ],
  ['Slack app token', (draw) => `xapp-1-A${draw.characters(10, upper)}-${draw.characters(13, decimal)}-${draw.characters(64, hex)}`],
  [
    'Slack webhook',
    (draw) =>
      `https://hooks.slack.com/services/T${draw.characters(9, upper + decimal)}/B${draw.characters(9, upper + decimal)}/${draw.characters(24, base62)}`,
  ],
  ['Stripe live key', (draw) => `sk_live_${draw.characters(24 + draw.below(60), base62)}`],
  ['Stripe restricted key', (draw) => `rk_live_${draw.characters(24, base62)}`],
  ['Google API key', (draw) => `AIza${draw.characters(35, base62)}`],
  ['npm token', (draw) => `npm_${draw.characters(36, base62)}`],
  ['PyPI token', (draw) => `pypi-AgEIcHlwaS5vcmc${draw.characters(120, base62)}`],
  ['OpenAI key', (draw) => `sk-proj-${draw.characters(58, base62)}T3BlbkFJ${draw.characters(58, base62)}`],
  ['OpenAI old key', (draw) => `sk-${draw.characters(20, base62)}T3BlbkFJ${draw.characters(20, base62)}`],
  ['Anthropic key', (draw) => `sk-ant-api03-${draw.characters(93, base62)}AA`],
  ['SendGrid key', (draw) => `SG.${draw.characters(22, base62)}.${draw.characters(43, base62)}`],
  ['Twilio key', (draw) => `SK${draw.characters(32, hex)}`],
  ['Mailgun key', (draw) => `key-${draw.characters(32, hex)}`],
  ['DigitalOcean token', (draw) => `dop_v1_${draw.characters(64, hex)}`],
  ['Hugging Face token', (draw) => `hf_${draw.characters(34, base62)}`],
  ['Vault token', (draw) => `hvs.${draw.characters(90, base62)}`],
  ['Telegram token', (draw) => `${1 + draw.below(9)}${draw.characters(9, decimal)}:AA${draw.characters(33, base62)}`],
  ['JSON Web Token', jsonWebToken],
  ['private key', privateKey],
];

const places: readonly [string, ...string[]] = [
  'hey, can you try it with {} and tell me if it works?',
  'Hier der Schlüssel für die Testumgebung: {}',
  '2024-03-18T09:12:44Z worker-3 WARN request failed key={} status=401',
  '{"service":"billing","credentials":"{}","retries":3}',
  'deploy:\n  env:\n    - name: UPLINK\n      value: {}\n',
  'const client = connect("{}");',
  '| service | value |\n|---|---|\n| uplink | {} |',
  'curl -s https://api.example.net/v2/items?auth={} | jq .',
  'export UPLINK={}',
  'Bitte nicht weitergeben!\n```\n{}\n```',
  '"first line\\n{}\\nlast line"',
  '({})',
];

/** A private key stands on lines of its own. */
const onLines: readonly [string, ...string[]] = [
  '{}',
  'the deploy key:\n{}\nplease delete afterwards',
  'id_rsa\n```\n{}\n```',
  'Mein Schlüssel, falls du ihn brauchst:\n\n{}',
];

const strongPassword: Maker = (draw) =>
  draw.of<Maker>([
    () =>
      `${draw.of(['Sommer', 'Winter', 'Katze', 'Blue', 'Falcon', 'Trompete'])}${1_000 + draw.below(8_999)}${draw.of(['!', '$', '#', ''])}`,
    () => draw.characters(12, `${base62}!$%*+`) + draw.below(10),
    () => `${draw.characters(4, lower)}${draw.characters(3, decimal)}${draw.characters(4, upper)}${draw.of(['!', '_', '?x', '#'])}`,
    () => draw.characters(10, lower) + draw.characters(2, decimal),
  ])(draw);

const passwordPlaces: readonly [string, ...string[]] = [
  'password: {}',
  'PASSWORD={}',
  'DB_PASSWORD="{}"',
  'das Passwort ist {}',
  'The password for the staging server is {}',
  'Kennwort: {} (bitte nach dem Login ändern)',
  '{"user": "ada", "password": "{}"}',
  "conn = connect(host='db1', user='app', password='{}')",
  'spring.datasource.password={}',
  'pw: {}',
  'passwd = {}',
  '<property name="x"/><password>{}</password>',
  'Server=db1;Database=shop;User Id=app;Password={};Encrypt=true',
  'mysqldump --user=backup --password={} shop > shop.sql',
  "ALTER USER app WITH PASSWORD '{}';",
  'WLAN Gäste, Passwort lautet {}',
  'machine ftp.example.net login deploy password {}',
  '*Password:* {}',
  'dbPassword: "{}",',
  'user: admin\npassword: {}\nport: 5432',
];

const hexSecret: Maker = (draw) => draw.characters(32, hex);
const longSecret: Maker = (draw) => draw.characters(40, base64.slice(0, 62));
const uuid: Maker = (draw) => [8, 4, 4, 4, 12].map((count) => draw.characters(count, hex)).join('-');

const tokenPlaces: readonly [string, Maker][] = [
  ['aws_secret_access_key = {}', longSecret],
  ['AWS_SECRET_ACCESS_KEY={}', longSecret],
  ['"secretAccessKey": "{}"', longSecret],
  ['api_key: {}', hexSecret],
  ['apiKey = "{}"', longSecret],
  ['X-Api-Key: {}', longSecret],
  ['Authorization: Bearer {}', longSecret],
  ['client_secret={}&grant_type=client_credentials', longSecret],
  ['"clientSecret": "{}",', longSecret],
  ["SECRET_KEY = '{}'", (draw) => draw.characters(50, `${lower}${decimal}!@#$%^&*(-_=+)`.replaceAll(/[#&()]/g, ''))],
  ['secret: {}', hexSecret],
  ['TWILIO_AUTH_TOKEN={}', hexSecret],
  ['api-token: {}', uuid],
  ['access_token={}', longSecret],
  ['ENCRYPTION_KEY={}', (draw) => draw.characters(64, hex)],
  ['signing_key: "{}"', (draw) => `${draw.characters(43, base64.slice(0, 62))}=`],
  [
    'DefaultEndpointsProtocol=https;AccountName=shop;AccountKey={};EndpointSuffix=core.windows.net',
    (draw) => `${draw.characters(86, base64)}==`,
  ],
  ['Endpoint=sb://shop.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey={}', (draw) => `${draw.characters(43, base64)}=`],
  ['das Token für die CI ist {}', longSecret],
  ['private_key_id ok, auth_token: "{}"', longSecret],
];

const linkPlaces: readonly [string, ...string[]] = [
  'https://deploy:{}@git.example.net/shop.git',
  'postgres://app:{}@db1.internal:5432/shop',
  'DATABASE_URL=mysql://root:{}@10.0.0.5/shop',
  'mongodb+srv://ada:{}@cluster0.abcde.mongodb.net/?retryWrites=true',
  'redis://:{}@cache.example.net:6379/0',
  'amqps://shop:{}@mq.example.net/prod',
];

/** Messages with a key, a token or a password in them. */
export function secretSamples(draw: Draw): Sample[] {
  const shaped = shapes.flatMap(([kind, make]) =>
    Array.from({ length: 4 }, () => plant(kind, 'secrets', kind === 'private key' ? draw.of(onLines) : draw.of(places), make(draw))),
  );
  const named = passwordPlaces.flatMap((place) => [1, 2].map(() => plant('password', 'secrets', place, strongPassword(draw))));
  const drawn = tokenPlaces.map(([place, make]) => plant('named token', 'secrets', place, make(draw)));
  const links = linkPlaces.map((place) => plant('password in a link', 'secrets', place, draw.characters(14, base62) + draw.below(10)));
  return [...shaped, ...named, ...drawn, ...links];
}
