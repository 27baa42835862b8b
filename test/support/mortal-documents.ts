import type { DocumentStore } from '@watchpost/shared/documents/document-store';

/** A rig in which a process may die before and after whatever others can see. */
export interface MortalRig {
  /** Throws where the process dies. */
  step(): void;
  /** Every document that was written, as JSON. */
  written: string[];
}

/** Documents of a process that may die at each write, and the same for other work. */
export function mortalDocuments(stored: DocumentStore, rig: () => MortalRig) {
  const visible = async <T>(work: () => T | Promise<T>): Promise<T> => {
    rig().step();
    const result = await work();
    rig().step();
    return result;
  };
  const mortal: DocumentStore = {
    ...stored,
    put: async (document, signal) => {
      rig().written.push(JSON.stringify(document));
      // A lease whose holder dies runs out by itself: lease.test.ts.
      return document.kind === 'lease' ? stored.put(document, signal) : visible(() => stored.put(document, signal));
    },
  };
  return { mortal, visible };
}
