import { AppError } from '@watchpost/shared/errors';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { onTestFinished } from 'vitest';

/** A mail that the server took. */
interface ReceivedMail {
  from: string;
  to: string[];
  source: string;
}

/** An SMTP server without TLS, on a port of its own, until the test ends. `over` makes it unfriendly. */
export async function mailServer(over: SMTPServerOptions = {}) {
  const received: ReceivedMail[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    logger: false,
    onData: (stream, session, callback) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => void chunks.push(chunk));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        received.push({
          from: mailFrom ? mailFrom.address : '',
          to: rcptTo.map(({ address }) => address),
          source: Buffer.concat(chunks).toString(),
        });
        callback();
      });
    },
    ...over,
  });
  // Clients that give up are no fault of the server's.
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.server.address();
  if (address === null || typeof address === 'string') throw new AppError('internal', 'no port');
  onTestFinished(
    async () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
      }),
  );
  return { port: address.port, url: `smtp://127.0.0.1:${address.port}`, received };
}

/** What a server answers, as smtp-server wants it. */
export const smtpAnswer = (responseCode: number, message: string): Error => Object.assign(new Error(message), { responseCode });
