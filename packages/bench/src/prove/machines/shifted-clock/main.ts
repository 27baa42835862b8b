/** Loaded before a process's own code: its clock is CLOCK_AHEAD_MS milliseconds ahead of this machine's, as another machine's may be. */
// oxlint-disable-next-line node/no-process-env -- it is a main file
const aheadMs = Number(process.env['CLOCK_AHEAD_MS'] ?? 0);
const ours = Date;
const now = (): number => ours.now() + aheadMs;

globalThis.Date = new Proxy(ours, {
  construct: (target, args: unknown[], newTarget) => {
    const made: unknown = Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget);
    return Object(made);
  },
  apply: () => new ours(now()).toString(),
  get: (target, key) => (key === 'now' ? now : Reflect.get(target, key)),
});
