import { execFile } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { promisify } from 'node:util';
import { AppError } from '@watchpost/shared/errors';

/** A network namespace: its processes see no other network than one cable, and no other machine's 127.0.0.1. */
export interface Machine {
  name: string;
  address: string;
  /** What a command line begins with, to run there. */
  prefix: string[];
  cut(): Promise<void>;
  plug(): Promise<void>;
}

/** Machines on one switch. */
export interface Network {
  /** Where they reach this process. */
  hostAddress: string;
  addMachine(name: string): Promise<Machine>;
  /** Processes there must have ended. */
  remove(): Promise<void>;
}

const run = promisify(execFile);
const ip = async (...args: string[]): Promise<void> => void (await run('ip', args));

/** All machines have the same host name, as containers of one image may have. */
const inNamespace = (namespace: string): string[] =>
  ['ip', 'netns', 'exec', namespace, 'unshare', '--uts'].concat('sh', '-c', 'hostname box && exec "$@"', 'sh');

/** Makes a bridge with an address of ours. Needs root, and Linux; throws `config-invalid` otherwise. */
export async function createNetwork(): Promise<Network> {
  // Names of links have at most 15 characters.
  const id = `wp${randomInt(16 ** 4).toString(16)}`;
  const subnet = `10.${String(randomInt(64, 128))}.${String(randomInt(1, 255))}`;
  const namespaces: string[] = [];
  const hostAddress = `${subnet}.1`;
  try {
    await ip('link', 'add', id, 'type', 'bridge');
    await ip('address', 'add', `${hostAddress}/24`, 'dev', id);
    await ip('link', 'set', id, 'up');
  } catch (error) {
    throw new AppError('config-invalid', 'network namespaces need root, and the program ip (iproute2)', { cause: error });
  }
  return {
    hostAddress,
    addMachine: async (name) => {
      const number = namespaces.length + 2;
      const [namespace, cable, plug] = [`${id}-${String(number)}`, `${id}c${String(number)}`, `${id}p${String(number)}`];
      const address = `${subnet}.${String(number)}`;
      namespaces.push(namespace);
      await ip('netns', 'add', namespace);
      await ip('link', 'add', cable, 'type', 'veth', 'peer', 'name', plug, 'netns', namespace);
      await ip('link', 'set', cable, 'master', id, 'up');
      await ip('-n', namespace, 'address', 'add', `${address}/24`, 'dev', plug);
      await ip('-n', namespace, 'link', 'set', plug, 'up');
      await ip('-n', namespace, 'link', 'set', 'lo', 'up');
      return {
        name,
        address,
        prefix: inNamespace(namespace),
        cut: async () => ip('link', 'set', cable, 'down'),
        plug: async () => ip('link', 'set', cable, 'up'),
      };
    },
    remove: async () => {
      for (const namespace of namespaces) await ip('netns', 'delete', namespace).catch(() => undefined);
      await ip('link', 'delete', id).catch(() => undefined);
    },
  };
}
