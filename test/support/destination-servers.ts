import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { freePort, onPath, startServer, type Server } from '@watchpost/bench/servers/server';
import { fromRoot } from './root.ts';

/** Real servers of others that pictures are brought to: moto (S3), pyftpdlib (FTP), OpenSSH and asyncssh (SFTP); and who reads what is in them. */
export type DestinationServer = 's3' | 'ftp' | 'openssh' | 'asyncssh' | 'exiftool';

/** Why there is no such server here, or undefined. */
export const destinationServersMissing: Record<DestinationServer, () => string | undefined> = {
  s3: () => pythonMissing('moto.server'),
  ftp: () => pythonMissing('pyftpdlib, OpenSSL, cryptography'),
  openssh: () => (sshd() && onPath('ssh-keygen') ? undefined : 'no sshd (openssh-server)'),
  asyncssh: () => pythonMissing('asyncssh'),
  exiftool: () => (onPath('exiftool') ? undefined : 'no exiftool'),
};

function pythonMissing(modules: string): string | undefined {
  try {
    execFileSync('python3', ['-c', `import ${modules}`], { stdio: 'ignore' });
    return undefined;
  } catch {
    return `no python3 with ${modules}`;
  }
}

const sshd = (): string | undefined => onPath('sshd') ?? onPath('/usr/sbin/sshd');

/** A server with a folder `in`, where pictures go. */
export interface FileServer extends Server {
  port: number;
  /** On this machine, where `directory` is. */
  folder: string;
  /** As the server calls it. */
  directory: string;
  /** A file with a secret, or with something to trust, beside it. */
  file: (name: string, content: string) => Promise<string>;
}

const answers = async (port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', reject);
  });

async function startFileServer(
  prepare: (dir: string, port: number) => string[],
  directoryIn: (dir: string) => string = () => '/in',
): Promise<FileServer> {
  const port = await freePort();
  let dir = '';
  const server = await startServer({
    url: `tcp://127.0.0.1:${String(port)}`,
    command: (made) => {
      dir = made;
      return prepare(made, port);
    },
    probe: async () => answers(port),
  });
  const folder = path.join(dir, 'data', 'in');
  await mkdir(folder, { recursive: true });
  const file = async (name: string, content: string): Promise<string> => {
    await writeFile(path.join(dir, name), content, { mode: 0o600 });
    return path.join(dir, name);
  };
  return { ...server, port, folder, directory: directoryIn(dir), file };
}

const script = (name: string): string => fromRoot(`test/fixtures/${name}`);

/** `certificate`: where the one lies that it made for itself. */
export async function startFtp(mode: 'PLAIN' | 'EXPLICIT' | 'IMPLICIT'): Promise<FileServer & { certificate: string }> {
  let certificate = '';
  const server = await startFileServer((dir, port) => {
    certificate = path.join(dir, 'certificate.pem');
    return ['python3', script('ftp-server.py'), String(port), path.join(dir, 'data'), mode, certificate];
  });
  return { ...server, certificate };
}

/** `hostKey`: the fingerprint of the server's key. */
export async function startAsyncssh(): Promise<FileServer & { hostKey: string }> {
  let keyFile = '';
  const server = await startFileServer((dir, port) => {
    keyFile = path.join(dir, 'host');
    return ['python3', script('sftp-server.py'), String(port), path.join(dir, 'data'), keyFile];
  });
  return { ...server, hostKey: await fingerprintOf(`${keyFile}.pub`) };
}

/** As `startAsyncssh`; `keyFile`: the private key that it lets in, `otherKeyFile`: one that it does not. */
export async function startOpenssh(): Promise<FileServer & { hostKey: string; user: string; keyFile: string; otherKeyFile: string }> {
  const keys = { host: '', keyFile: '', otherKeyFile: '' };
  const user = execFileSync('id', ['-un'], { encoding: 'utf8' }).trim();
  // It wants to separate privileges into this folder where it runs as root.
  if (process.getuid?.() === 0) await mkdir('/run/sshd', { recursive: true });
  const server = await startFileServer(
    (dir, port) => {
      Object.assign(keys, { host: keyIn(dir, 'host'), keyFile: keyIn(dir, 'reporter'), otherKeyFile: keyIn(dir, 'stranger') });
      const settings = {
        ListenAddress: `127.0.0.1:${String(port)}`,
        HostKey: keys.host,
        AuthorizedKeysFile: `${keys.keyFile}.pub`,
        StrictModes: 'no',
        UsePAM: 'no',
        PidFile: 'none',
        PasswordAuthentication: 'no',
        PermitRootLogin: 'yes',
        Subsystem: 'sftp internal-sftp',
      };
      const options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
      return [sshd() ?? 'sshd', '-D', '-e', '-f', '/dev/null', ...options];
    },
    (dir) => path.join(dir, 'data', 'in'),
  );
  return { ...server, ...keys, user, hostKey: await fingerprintOf(`${keys.host}.pub`) };
}

function keyIn(dir: string, name: string): string {
  const file = path.join(dir, name);
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file]);
  return file;
}

async function fingerprintOf(publicKeyFile: string): Promise<string> {
  const [, key = ''] = (await readFile(publicKeyFile, 'utf8')).split(' ');
  return `SHA256:${createHash('sha256').update(Buffer.from(key, 'base64')).digest('base64').replace(/=+$/, '')}`;
}

/** An S3 store with no bucket. It takes any key. */
export async function startS3(): Promise<Server> {
  const port = await freePort();
  const url = `http://127.0.0.1:${String(port)}`;
  return startServer({
    url,
    command: () => ['python3', '-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)],
    probe: async () => {
      if (!(await fetch(`${url}/moto-api/`)).ok) throw new Error('not yet');
    },
  });
}
