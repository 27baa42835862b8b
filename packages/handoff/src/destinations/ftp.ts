import { Readable } from 'node:stream';
import { throwIfAborted } from '@watchpost/shared/wait';
import { AppError } from '@watchpost/shared/errors';
import { Client, FTPError } from 'basic-ftp';
import type { Destination } from '../destination.ts';
import { waitOf, type SettingsOf } from '../settings.ts';
import { codeOf, isUntrusted, refused, translated, unavailable } from './failures.ts';
import { isPictureThere } from './is-there.ts';
import { checkedName, publicAddress } from './names.ts';
import { readSecret, readText } from './secret.ts';

type Settings = SettingsOf<'ftp'>;

/** A server that says nothing for so long is gone, milliseconds. */
const silenceMs = 30_000;

/** A folder of an FTP server, over TLS unless the settings say otherwise. A file gets its name when it is whole. */
export function ftpDestination(settings: Settings): Destination {
  return {
    put: async ({ name, bytes }, signal) => {
      const part = `${checkedName(name)}.part`;
      await connected(
        settings,
        async (client) => {
          await client.uploadFrom(Readable.from([Buffer.from(bytes)]), part);
          await renamed(client, part, name);
        },
        signal,
      );
      return { url: publicAddress(settings.publicUrl, name), name };
    },
    isThere: isPictureThere,
    remove: async (name, signal) => {
      checkedName(name);
      await connected(
        settings,
        async (client) => {
          await removed(client, `${name}.part`);
          await removed(client, name);
        },
        signal,
      );
    },
    wait: waitOf(settings),
  };
}

/** A connection of its own for each use: pictures are rare, and servers end idle ones. */
async function connected(settings: Settings, work: (client: Client) => Promise<void>, signal: AbortSignal): Promise<void> {
  const { host, port, user, tls, caFile, directory } = settings;
  const password = await readSecret(settings.passwordFile, 'password', signal);
  const ca = caFile === undefined ? {} : { ca: await readText(caFile, 'certificate', signal) };
  throwIfAborted(signal);
  const client = new Client(silenceMs);
  const close = (): void => client.close();
  signal.addEventListener('abort', close, { once: true });
  let step: Step = 'connect';
  try {
    const secure = tls === 'explicit' ? true : tls === 'implicit' && 'implicit';
    if (secure === 'implicit') await client.connectImplicitTLS(host, port, { host, ...ca });
    else await client.connect(host, port);
    if (secure === true) {
      step = 'secure';
      await client.useTLS({ host, ...ca });
    }
    step = 'log in';
    await client.login(user, password);
    await client.useDefaultSettings();
    step = 'open';
    await client.cd(directory);
    step = 'write';
    await work(client);
  } catch (error) {
    throw translated(error, signal, (own) => explain(own, step, settings));
  } finally {
    signal.removeEventListener('abort', close);
    client.close();
  }
}

type Step = 'connect' | 'secure' | 'log in' | 'open' | 'write';

/** Some servers do not rename onto a file that is there. */
async function renamed(client: Client, from: string, to: string): Promise<void> {
  try {
    await client.rename(from, to);
  } catch (error) {
    if (!isAnswer(error, 500, 599)) throw error;
    await removed(client, to);
    await client.rename(from, to);
  }
}

/** A server says the same (550) of a file that is gone and of one that we may not remove: only the second one has a size. */
async function removed(client: Client, name: string): Promise<void> {
  try {
    await client.remove(name);
  } catch (error) {
    if (!isAnswer(error, 550, 550) || (await isFile(client, name))) throw error;
  }
}

async function isFile(client: Client, name: string): Promise<boolean> {
  try {
    await client.size(name);
    return true;
  } catch (error) {
    if (isAnswer(error, 500, 599)) return false;
    throw error;
  }
}

const isAnswer = (error: unknown, from: number, to: number): error is FTPError =>
  error instanceof FTPError && error.code >= from && error.code <= to;

const repairs: Record<Step, string> = {
  connect: 'check `host` and `port`',
  secure: 'it does not offer TLS: set `tls` to what it offers',
  'log in': 'check `user` and the password in `passwordFile`',
  open: 'create the folder that `directory` names, and let the user open it',
  write: 'let the user write, rename and delete files in `directory`',
};

function explain(error: unknown, step: Step, { host, directory }: Settings): AppError {
  if (isUntrusted(error))
    return refused(
      `the certificate of ${host} is not to be trusted (${codeOf(error)}): name its authority in \`caFile\`, and the server as its certificate does`,
      error,
    );
  if (!(error instanceof FTPError)) return unavailable(`the FTP server ${host} does not answer, or broke off`, error);
  const said = `the FTP server ${host} answers ${String(error.code)}`;
  // 452 and 552: no room is left.
  if (error.code < 500 || error.code === 552)
    return unavailable(error.code === 452 || error.code === 552 ? `${said}: it has no room left` : said, error);
  return refused(`${said} ${step === 'open' ? `for ${directory}` : `to the attempt to ${step}`}: ${repairs[step]}`, error);
}
