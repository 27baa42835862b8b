import { createServer, type Socket } from 'node:net';
import { createMailer } from '@watchpost/mail/mailer';
import { expect, it, onTestFinished } from 'vitest';
import { never } from '../support/each-store.ts';
import { mailServer, smtpAnswer } from '../support/mail-server.ts';

const from = 'Watchpost <watchpost@example.org>';
const timeouts = { connectMs: 500, answerMs: 300, totalMs: 1_500 };
const mail = { to: ['ada@example.org'], subject: 'Hello', text: 'A line.\n.\nAnother: ü' };

function mailerFor(url: string, as = from) {
  const mailer = createMailer({ url, from: as }, timeouts);
  onTestFinished(async () => mailer.close());
  return mailer;
}
const header = (source: string, name: string): string | undefined => new RegExp(`^${name}: (.*)$`, 'im').exec(source)?.[1]?.trim();

it('hands a mail over, with the same Message-ID each time', async () => {
  const { url, received } = await mailServer();
  await mailerFor(url).send('digest-1', mail, never);
  await mailerFor(url).send('digest-1', mail, never);
  await mailerFor(url).send('digest-2', mail, never);
  expect(received[0]).toMatchObject({ from: 'watchpost@example.org', to: ['ada@example.org'] });
  expect(received[0]?.source).toContain('Subject: Hello\r\n');
  expect(header(received[0]?.source ?? '', 'auto-submitted')).toBe('auto-generated');
  const ids = received.map(({ source }) => header(source, 'message-id'));
  expect(ids[0]).toMatch(/^<[0-9a-f]{40}@example\.org>$/);
  expect([ids[1] === ids[0], ids[2] === ids[0]]).toEqual([true, false]);
});

it('takes no line of a subject for a header, and no list for an address', async () => {
  const { url, received } = await mailServer();
  await mailerFor(url).send('a', { ...mail, subject: 'Hello\r\nBcc: eve@example.org\r\n\r\nText' }, never);
  expect(received).toMatchObject([{ to: ['ada@example.org'] }]);
  expect(header(received[0]?.source ?? '', 'bcc')).toBeUndefined();
  for (const address of ['ada@example.org, eve@example.org', 'a@example.org\r\nRCPT TO:<eve@example.org>', 'Ada <ada@example.org>', 'ada'])
    await expect(mailerFor(url).send('a', { ...mail, to: [address] }, never)).rejects.toMatchObject({ code: 'mail-refused' });
  expect(received).toHaveLength(1);
});

it('signs in, and waits for a person where the password is wrong', async () => {
  const { port, received } = await mailServer({
    authOptional: false,
    onAuth: ({ username, password }, _session, callback) =>
      username === 'me@example.org' && password === 'p/w' ? callback(null, { user: 'me' }) : callback(smtpAnswer(535, 'wrong: p/w')),
  });
  await mailerFor(`smtp://me%40example.org:p%2Fw@127.0.0.1:${port}`).send('a', mail, never);
  expect(received).toHaveLength(1);
  const wrong = mailerFor(`smtp://me%40example.org:secret-word@127.0.0.1:${port}`).send('b', mail, never);
  await expect(wrong).rejects.toMatchObject({ code: 'mail-unavailable', retryAfterMs: 600_000 });
  await expect(wrong).rejects.not.toHaveProperty('message', expect.stringContaining('p/w'));
  await expect(mailerFor(`smtp://127.0.0.1:${port}`).send('c', mail, never)).rejects.toMatchObject({ retryAfterMs: 600_000 });
});

it.each([
  ['asks us to come later (greylisting)', 450, 'mail-unavailable', 120_000],
  ['knows no such mailbox', 550, 'mail-refused', undefined],
])('says what it is when the server %s', async (_what, responseCode, code, retryAfterMs) => {
  const { url } = await mailServer({ onRcptTo: (_to, _session, callback) => callback(smtpAnswer(responseCode, 'no')) });
  await expect(mailerFor(url).send('a', mail, never)).rejects.toMatchObject({ code, retryAfterMs });
});

it('refuses for good what is too large, whether the server says so before or after', async () => {
  const large = { ...mail, text: 'x'.repeat(30_000) };
  const told = await mailServer({
    size: 10_000,
    rejectOversized: true,
    onData: (stream, _session, callback) => void stream.on('end', () => callback()).resume(),
  });
  await expect(mailerFor(told.url).send('a', large, never)).rejects.toMatchObject({ code: 'mail-refused' });
  const late = await mailServer({
    onData: (stream, _session, callback) => {
      stream.on('end', () => callback(smtpAnswer(552, 'too large')));
      stream.resume();
    },
  });
  await expect(mailerFor(late.url).send('a', large, never)).rejects.toMatchObject({ code: 'mail-refused' });
});

it('tells no one twice because another address is wrong', async () => {
  const { url, received } = await mailServer({
    onRcptTo: ({ address }, _session, callback) => callback(address.startsWith('bad') ? smtpAnswer(450, 'no') : null),
  });
  await expect(mailerFor(url).send('a', { ...mail, to: ['ada@example.org', 'bad@example.org'] }, never)).rejects.toMatchObject({
    code: 'mail-refused',
  });
  expect(received).toHaveLength(1);
});

/** Speaks raw SMTP, as far as `say` does. */
async function rawServer(say: (socket: Socket, line: string) => void, greeting = '220 raw\r\n'): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (chunk) =>
      chunk
        .toString()
        .split('\r\n')
        .filter(Boolean)
        .forEach((line) => say(socket, line)),
    );
    if (greeting) socket.write(greeting);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(
    async () =>
      new Promise<void>((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  );
  const address = server.address();
  return `smtp://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
}

const answering = (socket: Socket, line: string): void => {
  // Lines of the mail itself are not answered.
  if (/^(EHLO|MAIL|RCPT)/.test(line)) socket.write('250 ok\r\n');
  if (line === 'DATA') socket.write('354 go\r\n');
};

it.each([
  ['is cut off within the mail', (socket: Socket, line: string) => (line === 'A line.' ? void socket.destroy() : answering(socket, line))],
  ['is cut off after the mail', (socket: Socket, line: string) => (line === '.' ? void socket.destroy() : answering(socket, line))],
  ['says nothing about the mail', answering],
  ['says nothing after its greeting', () => undefined],
  ['is closing down', (socket: Socket) => void socket.end('421 bye\r\n')],
])('tries again where the server %s', async (_what, say) => {
  const url = await rawServer(say);
  await expect(mailerFor(url).send('a', mail, never)).rejects.toMatchObject({ code: 'mail-unavailable', retry: 'transient' });
});

it('tries again where the server never greets, or is not there', async () => {
  await expect(mailerFor(await rawServer(() => undefined, '')).send('a', mail, never)).rejects.toMatchObject({ code: 'mail-unavailable' });
  await expect(mailerFor('smtp://127.0.0.1:1').send('a', mail, never)).rejects.toMatchObject({
    code: 'mail-unavailable',
    retryAfterMs: 60_000,
  });
});

it('sends nothing to another machine without TLS, unless somebody asks for that', async () => {
  const { port, received } = await mailServer();
  // This machine under another name than its own: an address of IPv4 written in IPv6.
  const strange = `[::ffff:127.0.0.1]:${port}`;
  await expect(mailerFor(`smtp://${strange}`).send('a', mail, never)).rejects.toMatchObject({
    code: 'mail-unavailable',
    retryAfterMs: 600_000,
  });
  expect(received).toEqual([]);
  await mailerFor(`smtp://${strange}?tls=off`).send('a', mail, never);
  expect(received).toHaveLength(1);
});

it('speaks TLS with this machine where its server offers it, but with no stranger whose certificate is not valid', async () => {
  const { port, received } = await mailServer({ disabledCommands: [] });
  await mailerFor(`smtp://127.0.0.1:${port}`).send('a', mail, never);
  expect(received).toHaveLength(1);
  await expect(mailerFor(`smtp://[::ffff:127.0.0.1]:${port}`).send('a', mail, never)).rejects.toMatchObject({ retryAfterMs: 600_000 });
  expect(received).toHaveLength(1);
});

it('gives up at once when it is told to', async () => {
  const stop = new AbortController();
  const url = await rawServer(() => stop.abort());
  await expect(mailerFor(url).send('a', mail, stop.signal)).rejects.toMatchObject({ code: 'aborted' });
});

it('waits no longer for a server that says a little again and again', async () => {
  const drips: NodeJS.Timeout[] = [];
  onTestFinished(() => drips.forEach((each) => clearInterval(each)));
  const url = await rawServer((socket, line) => {
    if (line.startsWith('EHLO')) drips.push(setInterval(() => socket.writable && socket.write('250-patience\r\n'), 100));
  });
  await expect(mailerFor(url).send('a', mail, never)).rejects.toMatchObject({ code: 'mail-unavailable', retry: 'transient' });
});

it.each([
  ['Example, Inc. <ops@example.org>', '"Example, Inc." <ops@example.org>'],
  ['"Example, Inc." <ops@example.org>', '"Example, Inc." <ops@example.org>'],
  ['Zürich: <ops@example.org>', '=?UTF-8?Q?Z=C3=BCrich=3A?= <ops@example.org>'],
  ['ops@example.org', 'ops@example.org'],
])('is from one sender, whatever its name: %s', async (as, shown) => {
  const { url, received } = await mailServer();
  await mailerFor(url, as).send('a', mail, never);
  expect(received[0]?.from).toBe('ops@example.org');
  expect(header(received[0]?.source ?? '', 'from')).toBe(shown);
});
