/** A connection on which a reader is told what changes. */
export interface ReaderSocket {
  readonly destroyed: boolean;
  /** What it was given and has not taken yet, bytes. */
  readonly writableLength: number;
  write(bytes: Uint8Array): unknown;
  end(): unknown;
  destroy(): unknown;
  once(event: 'close', listener: () => void): unknown;
}

/** The readers of all feeds, who are told the same. */
export interface Readers {
  /** Takes a reader in: from now on it is told what `tell` says about this feed. */
  add(slug: string, socket: ReaderSocket): void;
  /** Tells all readers of a feed. Returns at once; they are written to in portions, so that others are answered in between. */
  tell(slug: string, text: string): void;
  count(slug?: string): number;
  /** Ends all connections, of one feed or of all. Whoever reads on connects again. */
  close(slug?: string): void;
}

export interface ReadersOptions {
  /** A reader that has not taken so many bytes of what it was told before is cut off: it comes back and is told what it missed. */
  mostBytesBehind: number;
  onCut: () => void;
  onSent: (events: number) => void;
}

/** So many are written to at a time. */
const portion = 250;

interface Round {
  bytes: Buffer;
  to: readonly ReaderSocket[];
}

/** Nobody follows yet. */
export function createReaders({ mostBytesBehind, onCut, onSent }: ReadersOptions): Readers {
  const feeds = new Map<string, Set<ReaderSocket>>();
  /** What was said and is not on its way to anybody yet, by feed. */
  const unsaid = new Map<string, string>();
  const rounds: Round[] = [];
  let isRunning = false;

  const write = (socket: ReaderSocket, bytes: Buffer): void => {
    if (socket.destroyed) return;
    // What is told now does not count: much may be told at once, and nobody has taken it yet.
    if (socket.writableLength <= mostBytesBehind) return void socket.write(bytes);
    onCut();
    socket.destroy();
  };
  /** From here on nobody else gets what was said so far. */
  const seal = (slug: string): void => {
    const text = unsaid.get(slug);
    unsaid.delete(slug);
    const to = [...(feeds.get(slug) ?? [])];
    if (text !== undefined && to.length > 0) rounds.push({ bytes: Buffer.from(text), to });
  };
  const run = (place: number): void => {
    if (rounds.length === 0) for (const slug of unsaid.keys()) seal(slug);
    const [round] = rounds;
    if (!round) {
      isRunning = false;
      return;
    }
    for (const socket of round.to.slice(place, place + portion)) write(socket, round.bytes);
    onSent(Math.min(portion, round.to.length - place));
    const next = place + portion;
    if (next >= round.to.length) rounds.shift();
    setImmediate(run, next >= round.to.length ? 0 : next);
  };

  return {
    add: (slug, socket) => {
      // It knows what was said up to now.
      seal(slug);
      const readers = feeds.get(slug) ?? new Set();
      feeds.set(slug, readers.add(socket));
      socket.once('close', () => {
        readers.delete(socket);
        if (readers.size === 0 && feeds.get(slug) === readers) feeds.delete(slug);
      });
    },
    tell: (slug, text) => {
      if (!feeds.has(slug) || text === '') return;
      unsaid.set(slug, (unsaid.get(slug) ?? '') + text);
      if (isRunning) return;
      isRunning = true;
      setImmediate(run, 0);
    },
    count: (slug) => (slug === undefined ? [...feeds.values()].reduce((sum, { size }) => sum + size, 0) : (feeds.get(slug)?.size ?? 0)),
    close: (slug) => {
      for (const [name, readers] of feeds) if (slug === undefined || name === slug) for (const socket of readers) socket.end();
    },
  };
}
