/** Memory for the pixels of decoded pictures. */
export interface PixelMemory {
  /** So many bytes with any content. */
  take(bytes: number): Uint8Array;
}

/**
 * The same memory for each picture of the same size: only for whoever has done with one picture before the next is decoded. New
 * memory comes from the kernel page by page, for which the threads of a process wait for each other.
 */
export function createReusedMemory(): PixelMemory {
  let last = new Uint8Array();
  return {
    take: (bytes) => {
      if (last.length !== bytes) last = new Uint8Array(bytes);
      return last;
    },
  };
}
