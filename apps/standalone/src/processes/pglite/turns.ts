/** Work that runs one step at a time; while someone holds the floor, only that one's steps run. */
export interface Turns<Owner> {
  push(owner: Owner, step: () => Promise<void>): void;
  /** Runs before everything that waits, whoever holds the floor. */
  pushFirst(step: () => Promise<void>): void;
  /** Drops the steps that still wait. */
  forget(owner: Owner): void;
  hasWaiting(owner: Owner): boolean;
  /** Who has the floor beyond one step. Setting it is for a running step. */
  holder: Owner | undefined;
  /** Takes nothing more; resolves when the running step has ended. */
  close(): Promise<void>;
  readonly closed: boolean;
}

/** `onBroken`: a step failed; nothing runs any more after that. */
export function createTurns<Owner>(onBroken: (error: unknown) => void): Turns<Owner> {
  const waiting: { owner: Owner; step: () => Promise<void> }[] = [];
  const first: (() => Promise<void>)[] = [];
  let running: Promise<void> | undefined;
  let closed = false;

  const next = (): (() => Promise<void>) | undefined => {
    const urgent = first.shift();
    if (urgent) return urgent;
    const index = turns.holder === undefined ? 0 : waiting.findIndex(({ owner }) => owner === turns.holder);
    return index < 0 ? undefined : waiting.splice(index, 1)[0]?.step;
  };

  const drain = async (): Promise<void> => {
    for (let step = next(); step; step = next()) {
      await step();
      // Statements run synchronously: sockets get their turn between two of them.
      await new Promise((resolve) => setImmediate(resolve));
    }
  };

  const end = (): void => {
    closed = true;
    waiting.length = 0;
  };

  const start = (): void => {
    running ??= drain()
      .catch((error: unknown) => {
        end();
        onBroken(error);
      })
      .finally(() => {
        running = undefined;
      });
  };

  const turns: Turns<Owner> = {
    push: (owner, step) => {
      waiting.push({ owner, step });
      start();
    },
    pushFirst: (step) => {
      first.push(step);
      start();
    },
    forget: (owner) => {
      for (let index = waiting.length - 1; index >= 0; index -= 1) if (waiting[index]?.owner === owner) waiting.splice(index, 1);
    },
    hasWaiting: (owner) => waiting.some((entry) => entry.owner === owner),
    holder: undefined,
    close: async () => {
      end();
      await running;
    },
    get closed() {
      return closed;
    },
  };
  return turns;
}
