import type { ProofDatabase } from './databases.ts';
import type { Halt, Work } from './orders.ts';
import { patienceMs, type Answer, type ProcessPool, type ProofProcess } from './processes.ts';
import type { Request } from './requests.ts';
import { violated } from './violation.ts';

/** A request and what became of it. */
export interface Flight {
  request: Request;
  /** Null while its process is stopped; `died` where the answer was lost. */
  answer: Exclude<Answer, { kind: 'stopped' | 'silent' }> | null;
}

/** Three processes on one database. */
export interface Crew {
  /** The processes that are not stopped. */
  running(): number[];
  stopped(): Flight[];
  send(index: number, request: Request, halt: Halt | null): Promise<Flight>;
  /** Asks something that always answers. */
  ask(index: number, work: Work): Promise<unknown>;
  /** Wakes a stopped process; resolves to what it had been asked. Null if it was not stopped. */
  wake(index: number): Promise<Flight | null>;
  /** `kill -9` and a new process. */
  replace(index: number): Promise<Flight | null>;
  end(): Promise<void>;
}

export const crewSize = 3;

export async function gather(pool: ProcessPool, { storage }: ProofDatabase, reuse: Map<number, ProofProcess>): Promise<Crew> {
  const flights = new Map<number, Flight>();
  const open = { kind: 'open' as const, storage };

  const person = (index: number): ProofProcess => reuse.get(index) ?? violated(`there is no process ${index}`);
  const heard = (index: number, answer: Answer): Exclude<Answer, { kind: 'silent' }> =>
    answer.kind === 'silent'
      ? violated(`process ${index + 1} gave no answer for ${patienceMs / 1_000} s, while ${flights.size} other processes were stopped`)
      : answer;

  const start = async (index: number): Promise<void> => {
    const fresh = reuse.get(index) ?? (await pool.take());
    reuse.set(index, fresh);
    const answer = heard(index, await fresh.ask(open));
    if (answer.kind !== 'done') violated(`process ${index + 1} could not open the gallery: ${JSON.stringify(answer)}`);
  };
  const replace = async (index: number): Promise<Flight | null> => {
    const flight = flights.get(index) ?? null;
    flights.delete(index);
    await person(index).kill();
    reuse.delete(index);
    await start(index);
    return flight && { ...flight, answer: { kind: 'died' } };
  };
  const conclude = async (index: number, request: Request, raw: Answer): Promise<Flight> => {
    const answer = heard(index, raw);
    if (answer.kind === 'stopped') {
      flights.set(index, { request, answer: null });
      return { request, answer: null };
    }
    if (answer.kind === 'died') await replace(index);
    return { request, answer };
  };

  await Promise.all(Array.from({ length: crewSize }, (_, index) => start(index)));
  return {
    running: () => Array.from({ length: crewSize }, (_, index) => index).filter((index) => !flights.has(index)),
    stopped: () => [...flights.values()],
    send: async (index, request, halt) => conclude(index, request, await person(index).ask(request.work, halt)),
    ask: async (index, work) => {
      const answer = heard(index, await person(index).ask(work));
      return answer.kind === 'done' ? answer.value : violated(`process ${index + 1} failed at "${work.kind}": ${JSON.stringify(answer)}`);
    },
    wake: async (index) => {
      const flight = flights.get(index);
      if (!flight) return null;
      const answer = await person(index).wake();
      flights.delete(index);
      return conclude(index, flight.request, answer);
    },
    replace,
    end: async () => {
      const members = [...reuse].map(async ([index, each]) => {
        const closed = flights.has(index) ? null : await each.ask({ kind: 'close' });
        if (closed?.kind === 'done') return;
        // One that is stopped, or does not close, is not used again.
        reuse.delete(index);
        await each.kill();
      });
      await Promise.all(members);
    },
  };
}
