/**
 * What a process with inference threads is started with, for glibc's allocator: few arenas, large blocks given back at once, and some freed memory
 * kept. Without it a thread's memory doubles as arenas fragment; with the smaller thresholds that save most memory each inference waits for fresh
 * pages, and takes twice as long (docs/decisions/0012). It cannot be set from inside; other allocators ignore it. Bytes.
 */
export const memoryEnv = { MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '4194304', MALLOC_TRIM_THRESHOLD_: '33554432' } as const;
