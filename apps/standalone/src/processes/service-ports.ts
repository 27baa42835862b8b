import { AppError } from '@watchpost/shared/errors';
import { anyFreePort, freePortFrom, type Place } from './ports.ts';

/** A port of one of our processes, which others reach it by. */
export interface WantedPort {
  /** As configured; 0: any that is free. */
  port: number;
  variable: string;
  /** Whether another one may be taken where this one is in use. */
  mayMove: boolean;
}

export interface PortRules {
  host: string;
  /** Given out already. */
  taken: readonly number[];
  /** Waits until a process of an earlier start has let go of it; rejects with `port-in-use`. */
  claim: (place: Place) => Promise<void>;
}

/** The port that a process gets. We ask it whether it is ready, so we must know its port before it starts. */
export async function servicePort({ port, variable, mayMove }: WantedPort, { host, taken, claim }: PortRules): Promise<number> {
  if (port === 0) return anyFreePort(host);
  if (mayMove && taken.includes(port)) return freeFrom(port + 1, host, taken);
  try {
    await claim({ port, host, variable });
    return port;
  } catch (error) {
    if (!mayMove || !(error instanceof AppError && error.code === 'port-in-use')) throw error;
  }
  return freeFrom(port + 1, host, taken);
}

/** The port of a process that only we and monitors reach: unless somebody chose it, the next free one. */
export async function innerPort(
  { port, variable, isChosen }: Omit<WantedPort, 'mayMove'> & { isChosen: boolean },
  rules: PortRules,
): Promise<number> {
  if (port === 0 || isChosen) return servicePort({ port, variable, mayMove: false }, rules);
  return freeFrom(port, rules.host, rules.taken);
}

async function freeFrom(port: number, host: string, taken: readonly number[]): Promise<number> {
  const free = await freePortFrom(port, host);
  return taken.includes(free) ? freeFrom(free + 1, host, taken) : free;
}
