/**
 * What a process with inference threads is started with, for glibc's allocator: few arenas, and freed memory given back. Without it a thread's memory
 * doubles as arenas fragment (docs/decisions/0012). It cannot be set from inside; other allocators ignore it.
 */
export const memoryEnv = { MALLOC_ARENA_MAX: '2', MALLOC_TRIM_THRESHOLD_: '131072' } as const;
