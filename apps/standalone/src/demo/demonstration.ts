import type { Env } from '@watchpost/shared/config/parse-env';

/** What a demonstration begins with, once our processes are ready. */
export interface DemoBeginning {
  /** Where they are. `feed`: empty where the demonstration has no feeds. `console`: the link that logs in once. */
  origins: { ingest: string; feed: string; console: string };
  /** The environment in which the household is made known; undefined: it is. */
  household: NodeJS.ProcessEnv | undefined;
  /** What is said at the end. */
  notes: readonly string[];
  say: (text: string) => void;
  stopping: AbortSignal;
}

/** An emulated platform with its page, and what happens there. It stops with the lifecycle that it was made with. */
export interface Demonstration {
  /** The variables of our processes. */
  env: Env;
  begin: (how: DemoBeginning) => void;
}
