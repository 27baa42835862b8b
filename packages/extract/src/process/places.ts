import { AppError } from '@watchpost/shared/errors';

export interface Places {
  /** Resolves when there is room, first come first served; its value leaves. Rejects with `aborted`. */
  enter(signal: AbortSignal): Promise<() => void>;
}

/** Room for `most` at a time. */
export function createPlaces(most: number): Places {
  let inside = 0;
  const waiting: (() => void)[] = [];
  const leave = (): void => {
    inside -= 1;
    waiting.shift()?.();
  };
  const once = (): (() => void) => {
    let left = false;
    inside += 1;
    return () => {
      if (!left) leave();
      left = true;
    };
  };
  return {
    enter: async (signal) => {
      if (signal.aborted) throw new AppError('aborted', 'stopped before the file was read');
      if (inside < most) return once();
      return new Promise((resolve, reject) => {
        const abort = (): void => {
          waiting.splice(waiting.indexOf(next), 1);
          reject(new AppError('aborted', 'stopped before the file was read'));
        };
        const next = (): void => {
          signal.removeEventListener('abort', abort);
          resolve(once());
        };
        signal.addEventListener('abort', abort, { once: true });
        waiting.push(next);
      });
    },
  };
}
