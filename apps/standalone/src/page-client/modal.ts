import { carryOver, fieldsOf } from './fields.ts';
import { remember } from './lists.ts';
import { search } from './search.ts';
import { tell } from './server.ts';
import { localTimes } from './times.ts';

/** The page's dialogs: that of the app, and the question before a weighty click. */
export interface Modal {
  /** Shows this view, or its newer version; null: none is open. */
  show(view: { key: string; hash: string; html: string } | null): void;
}

/** `press`: called for what is chosen in a field that tells the app at once. */
export function modalOf(dialog: HTMLDialogElement, press: (from: HTMLElement) => void): Modal {
  let shown: { key: string; hash: string } | null = null;
  let back: (() => void) | undefined;

  dialog.addEventListener('cancel', (event) => {
    // Escape: the app may want to know.
    event.preventDefault();
    close();
  });
  dialog.addEventListener('click', (event) => {
    if (event.target instanceof Element && event.target.closest('[data-close]')) close();
  });
  dialog.addEventListener('submit', (event) => {
    event.preventDefault();
    void submit();
  });

  const close = (): void => {
    if (shown) void tell({ do: 'close', view: shown.key });
  };
  const submit = async (): Promise<void> => {
    const view = shown;
    const button = dialog.querySelector('button[type=submit]');
    if (!view || !button || button.ariaBusy === 'true') return;
    explain({});
    button.ariaBusy = 'true';
    const outcome = await tell({ do: 'submit', view: view.key, fields: fieldsOf(dialog) });
    button.ariaBusy = 'false';
    explain(outcome.errors ?? {}, outcome.error);
  };
  const explain = (errors: Record<string, string>, error = ''): void => {
    for (const input of dialog.querySelectorAll<HTMLElement>('[data-input]')) {
      const words = errors[input.dataset['input'] ?? ''] ?? '';
      const place = input.querySelector('.error');
      if (place) place.textContent = words;
      for (const field of input.querySelectorAll('[data-field]')) field.setAttribute('aria-invalid', String(words !== ''));
    }
    const trouble = dialog.querySelector('[data-trouble]');
    if (trouble) trouble.textContent = error;
    dialog.querySelector<HTMLElement>('[aria-invalid=true]')?.focus();
  };

  return {
    show: (view) => {
      if (!view) {
        shown = null;
        if (dialog.open) dialog.close();
        dialog.replaceChildren();
        back?.();
        back = undefined;
        return;
      }
      if (shown?.key === view.key && shown.hash === view.hash) return;
      const fresh = document.createElement('template');
      fresh.innerHTML = view.html;
      if (shown?.key === view.key) carryOver(dialog, fresh.content);
      back ??= remember(document.activeElement);
      shown = view;
      dialog.replaceChildren(fresh.content);
      localTimes(dialog);
      for (const input of dialog.querySelectorAll<HTMLInputElement>('input[role=combobox]')) {
        search(input, { view: view.key }, (chosen) => {
          if (chosen.dataset['press'] !== undefined) press(chosen);
        });
      }
      if (!dialog.open) dialog.showModal();
      const first = dialog.querySelector<HTMLElement>('[autofocus], .body input, .body select, .body textarea');
      first?.focus();
    },
  };
}

/** Asks before a weighty click. */
export async function confirmed(words: string | undefined): Promise<boolean> {
  const dialog = document.querySelector<HTMLDialogElement>('#confirm');
  if (words === undefined || !dialog) return true;
  const [title = '', text = '', yes = 'Yes', no = 'No']: string[] = JSON.parse(words);
  const put = (selector: string, written: string): void => {
    const place = dialog.querySelector(selector);
    if (place) place.textContent = written;
  };
  put('#confirm-title', title);
  put('#confirm-text', text);
  put('[value=yes]', yes);
  put('[value=no]', no);
  dialog.returnValue = 'no';
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true });
  });
}
