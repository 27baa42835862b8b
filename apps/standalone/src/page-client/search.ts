import { tell } from './server.ts';

/** A pause in typing after which the app is asked, milliseconds. */
const pauseMs = 150;

/** Makes a field with suggestions of the app work, with the mouse and with the keyboard. `where`: the message or view it is in. */
export function search(input: HTMLInputElement, where: unknown, chosen: (input: HTMLInputElement) => void): void {
  const list = input.parentElement?.querySelector('ul');
  if (!list) return;
  const least = Number(input.dataset['least'] ?? 3);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asked = 0;

  const options = (): HTMLElement[] => [...list.querySelectorAll<HTMLElement>('[role=option]')];
  const show = (open: boolean): void => {
    list.hidden = !open;
    input.setAttribute('aria-expanded', String(open));
    if (!open) input.removeAttribute('aria-activedescendant');
  };
  const mark = (option: HTMLElement | undefined): void => {
    for (const each of options()) each.setAttribute('aria-selected', String(each === option));
    if (!option) return;
    input.setAttribute('aria-activedescendant', option.id);
    option.scrollIntoView({ block: 'nearest' });
  };
  const choose = (option: HTMLElement): void => {
    input.value = option.textContent ?? '';
    input.dataset['chosen'] = option.dataset['value'] ?? '';
    show(false);
    chosen(input);
  };
  const ask = async (): Promise<void> => {
    const mine = (asked += 1);
    const typed = {
      block: input.dataset['block'] ?? '',
      action: input.dataset['field'] ?? input.dataset['press'] ?? '',
      value: input.value,
    };
    const { options: found = [], error } = await tell({ do: 'suggest', where, typed });
    // A later letter has been typed meanwhile.
    if (mine !== asked || !input.isConnected) return;
    list.replaceChildren(
      ...(found.length > 0
        ? found.map((option, index) => optionItem(option, `${list.id}-${String(index)}`))
        : [noneItem(error ?? 'No results')]),
    );
    show(document.activeElement === input);
  };

  input.addEventListener('input', () => {
    delete input.dataset['chosen'];
    clearTimeout(timer);
    if (input.value.length < least) return show(false);
    timer = setTimeout(() => void ask(), pauseMs);
  });
  input.addEventListener('click', () => {
    if (list.hidden && input.value.length >= least) void ask();
  });
  input.addEventListener('blur', () => show(false));
  input.addEventListener('keydown', (event) => {
    if (list.hidden) {
      if (event.key === 'ArrowDown' && input.value.length >= least) void ask();
      return;
    }
    const all = options().filter((option) => option.dataset['value'] !== undefined);
    const at = all.findIndex((option) => option.ariaSelected === 'true');
    if (event.key === 'ArrowDown') mark(all[Math.min(at + 1, all.length - 1)]);
    else if (event.key === 'ArrowUp') mark(all[Math.max(at - 1, 0)]);
    else if (event.key === 'Escape') show(false);
    else if (event.key === 'Enter' && all[at]) choose(all[at]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  // Before the field loses the focus.
  list.addEventListener('pointerdown', (event) => {
    event.preventDefault();
    const option = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-value]') : null;
    if (option) choose(option);
  });
}

function optionItem({ value, label }: { value: string; label: string }, id: string): HTMLElement {
  const item = noneItem(label);
  item.className = '';
  item.id = id;
  item.ariaDisabled = 'false';
  item.dataset['value'] = value;
  return item;
}

/** Says that there is nothing to choose. */
function noneItem(words: string): HTMLElement {
  const item = document.createElement('li');
  item.className = 'none';
  item.role = 'option';
  item.ariaSelected = 'false';
  item.ariaDisabled = 'true';
  item.textContent = words;
  return item;
}
