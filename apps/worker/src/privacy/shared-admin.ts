import type { JobAdmin } from '@watchpost/shared/jobs/job-admin';

type Admin = Pick<JobAdmin, 'find' | 'list' | 'drop'>;

/** Calls `use` with an open view of the queue. */
export type UseAdmin = <T>(use: (admin: Admin) => Promise<T>) => Promise<T>;

export interface SharedAdminDeps {
  open: (signal: AbortSignal) => Promise<Admin & Pick<JobAdmin, 'close'>>;
  /** Nobody having used it for so long it is closed, milliseconds. */
  idleMs?: number;
}

const usualIdleMs = 30_000;

/** One view of the queue for all who look into it one after another: it is opened when it is needed, and closed when it is idle or `stopping` aborts. */
export function createSharedAdmin({ open, idleMs = usualIdleMs }: SharedAdminDeps, stopping: AbortSignal): UseAdmin {
  let opened: ReturnType<SharedAdminDeps['open']> | null = null;
  let users = 0;
  let idle: NodeJS.Timeout | undefined;
  const close = (): void => {
    clearTimeout(idle);
    stopping.removeEventListener('abort', close);
    const closing = opened;
    opened = null;
    void closing?.then((admin) => admin.close()).catch(() => undefined);
  };
  return async (use) => {
    clearTimeout(idle);
    if (!opened) {
      opened = open(stopping);
      stopping.addEventListener('abort', close, { once: true });
    }
    users += 1;
    try {
      return await use(await opened);
    } catch (error) {
      // Whoever asks next begins with a new connection.
      close();
      throw error;
    } finally {
      users -= 1;
      if (users === 0 && opened !== null) {
        idle = setTimeout(close, idleMs);
        idle.unref();
      }
    }
  };
}
