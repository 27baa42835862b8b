import { readBlocks, type Block } from '../blocks.ts';
import { z } from 'zod';

/** A message that only the person at the page sees. */
export interface Ephemeral {
  ts: string;
  channel: string;
  thread: string | undefined;
  text: string;
  blocks: unknown;
  /** Who says it: the app, or Slack itself. */
  by: 'app' | 'slack';
}

const words = z.looseObject({ text: z.string() }).nullish();
const viewSchema = z.looseObject({
  id: z.string(),
  hash: z.string(),
  type: z.string(),
  title: words,
  submit: words,
  close: words,
  blocks: z.array(z.unknown()),
  notify_on_close: z.boolean().optional(),
});
/** A modal, or the App Home, as the Web API answers it. */
export type View = z.output<typeof viewSchema>;

export const blocksOf = ({ blocks }: View): Block[] => readBlocks(blocks);

/** What the emulator does not keep: ephemeral messages, the modals that are open, the App Home. Of one person: whoever sits at the page. */
export interface OnlyHere {
  ephemerals(): readonly Ephemeral[];
  say(message: Omit<Ephemeral, 'ts'>): string;
  replace(ts: string, message: Pick<Ephemeral, 'text' | 'blocks'>): void;
  remove(ts: string): void;
  /** The modals one above the other, the visible one last. */
  modals(): readonly View[];
  home(): View | undefined;
  find(viewId: string): View | undefined;
  /** Takes over what a method of `views.*` answered. */
  show(method: string, view: unknown): void;
  close(viewId: string, all: boolean): void;
}

/** Of so many the oldest are dropped. */
const mostEphemerals = 30;

/** Keeps all that in memory. `changed` is called whenever the page has to be drawn anew. */
export function createOnlyHere(changed: () => void): OnlyHere {
  let ephemerals: Ephemeral[] = [];
  let modals: View[] = [];
  let home: View | undefined;
  let count = 0;
  const change = (edit: () => void): void => {
    edit();
    changed();
  };
  return {
    ephemerals: () => ephemerals,
    say: (message) => {
      count += 1;
      const ts = `${String(Math.floor(Date.now() / 1_000))}.9${String(count).padStart(5, '0')}`;
      change(() => (ephemerals = [...ephemerals, { ...message, ts }].slice(-mostEphemerals)));
      return ts;
    },
    replace: (ts, message) => change(() => (ephemerals = ephemerals.map((each) => (each.ts === ts ? { ...each, ...message } : each)))),
    remove: (ts) => change(() => (ephemerals = ephemerals.filter((each) => each.ts !== ts))),
    modals: () => modals,
    home: () => home,
    find: (viewId) => [...modals, home].find((view) => view?.id === viewId),
    show: (method, value) => {
      const view = viewSchema.parse(value);
      change(() => {
        if (view.type === 'home') home = view;
        else if (method === 'views.update') modals = modals.map((each) => (each.id === view.id ? view : each));
        else modals = method === 'views.push' ? [...modals, view] : [view];
      });
    },
    close: (viewId, all) => change(() => (modals = all ? [] : modals.filter(({ id }) => id !== viewId))),
  };
}
