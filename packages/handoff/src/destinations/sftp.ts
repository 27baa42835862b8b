import { createHash } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { raceAbort, within } from '@watchpost/shared/wait';
import { AppError } from '@watchpost/shared/errors';
import type SftpClient from 'ssh2-sftp-client';
import type { Destination } from '../destination.ts';
import { waitOf, type SettingsOf } from '../settings.ts';
import { codeOf, refused, translated, unavailable } from './failures.ts';
import { isPictureThere } from './is-there.ts';
import { checkedName, publicAddress, remotePath } from './names.ts';
import { readSecret, readText } from './secret.ts';

type Settings = SettingsOf<'sftp'>;

/** For connecting and logging in, milliseconds. */
const readyMs = 20_000;
/** For all of one transfer, milliseconds. */
const timeoutMs = 120_000;

/** A folder of an SFTP server whose host key is known. A file gets its name when it is whole. */
export function sftpDestination(settings: Settings): Destination {
  const { directory } = settings;
  return {
    put: async ({ name, bytes }, signal) => {
      const file = remotePath(directory, checkedName(name));
      await connected(
        settings,
        async (client) => {
          await client.put(Buffer.from(bytes), `${file}.part`);
          await client.posixRename(`${file}.part`, file);
        },
        signal,
      );
      return { url: publicAddress(settings.publicUrl, name), name };
    },
    isThere: isPictureThere,
    remove: async (name, signal) => {
      const file = remotePath(directory, checkedName(name));
      await connected(
        settings,
        async (client) => {
          await client.delete(`${file}.part`, true);
          await client.delete(file, true);
        },
        signal,
      );
    },
    wait: waitOf(settings),
  };
}

/** What is known of a connection when it fails. */
interface Progress {
  /** Of the key that the host showed, if it is another than it should be. */
  otherKey: string | null;
  isOpen: boolean;
}

async function connected(settings: Settings, work: (client: SftpClient) => Promise<void>, signal: AbortSignal): Promise<void> {
  const credentials = await credentialsOf(settings, signal);
  // Few use it, and it takes a tenth of a worker's start.
  const { default: Client } = await import('ssh2-sftp-client');
  const { host, port, user: username, directory } = settings;
  const progress: Progress = { otherKey: null, isOpen: false };
  const either = within(signal, timeoutMs);
  // A socket of our own: the client cannot be torn away from a server that does not answer.
  const sock: Socket = connect({ host, port });
  const client = new Client('watchpost', { error: () => undefined, end: () => undefined, close: () => undefined });
  sock.on('error', () => undefined);
  const hostVerifier = (key: Buffer): boolean => {
    const seen = fingerprintOf(key);
    if (seen === settings.hostKey.replace(/=$/, '')) return true;
    progress.otherKey = seen;
    return false;
  };
  try {
    await raceAbort(untilOpen(sock), either);
    await raceAbort(client.connect({ ...credentials, sock, username, hostVerifier, readyTimeout: readyMs, retries: 0 }), either);
    progress.isOpen = true;
    if ((await raceAbort(client.exists(directory), either)) !== 'd')
      throw refused(`the SFTP server ${host} has no folder ${directory}: create it, and let ${username} write to it`);
    await raceAbort(work(client), either);
  } catch (error) {
    throw translated(error, signal, (own) => explain(own, progress, settings));
  } finally {
    sock.destroy();
  }
}

async function untilOpen(sock: Socket): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    sock.once('connect', resolve);
    sock.once('error', reject);
  });
}

async function credentialsOf(
  { passwordFile, privateKeyFile }: Settings,
  signal: AbortSignal,
): Promise<{ password: string } | { privateKey: string }> {
  if (privateKeyFile !== undefined) return { privateKey: await readText(privateKeyFile, 'private key', signal) };
  if (passwordFile !== undefined) return { password: await readSecret(passwordFile, 'password', signal) };
  throw refused('neither `passwordFile` nor `privateKeyFile` is set: name one of both');
}

/** As `ssh-keygen -l` shows it. */
const fingerprintOf = (key: Buffer): string => `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;

function explain(error: unknown, { otherKey, isOpen }: Progress, { host, user, directory }: Settings): AppError {
  const message = error instanceof Error ? error.message : '';
  if (otherKey !== null)
    return refused(`the SFTP server ${host} shows another host key (${otherKey}): find out why before you change \`hostKey\``, error);
  if (/authentication methods failed/i.test(message))
    return refused(`the SFTP server ${host} does not let ${user} in: check \`user\` and the password or private key`, error);
  if (/privateKey|passphrase/i.test(message) && !isOpen)
    return refused('the private key cannot be used: it needs one without a passphrase, in the format of OpenSSH or PEM', error);
  if (/no space|quota/i.test(message)) return unavailable(`the SFTP server ${host} has no room left`, error);
  if (isOpen && (/permission denied|no such file/i.test(message) || ['2', '3', 'EACCES', 'ENOENT'].includes(codeOf(error))))
    return refused(`the SFTP server ${host} does not let ${user} write to ${directory}: give it the right to`, error);
  return unavailable(`the SFTP server ${host} does not answer, or broke off`, error);
}
