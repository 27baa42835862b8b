import type { ComponentChildren, JSX, Ref } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { Icon } from './icons.tsx';

interface Common {
  label: string;
  /** Below the field: what it means, its unit, its default. */
  hint?: ComponentChildren;
  /** What is wrong with it. */
  fault?: string | null | undefined;
}

/** A label, whatever it stands for, a hint and a fault. The child gets the ids that join them. */
function Field({
  label,
  hint,
  fault,
  children,
}: Common & {
  children: (ids: { id: string; 'aria-describedby': string | undefined; 'aria-invalid': boolean }) => ComponentChildren;
}): JSX.Element {
  const id = useId();
  const about = [hint ? `${id}-hint` : '', fault ? `${id}-fault` : ''].filter(Boolean).join(' ');
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({ id, 'aria-describedby': about || undefined, 'aria-invalid': Boolean(fault) })}
      {hint && (
        <span class="hint" id={`${id}-hint`}>
          {hint}
        </span>
      )}
      {fault && (
        <span class="fault" id={`${id}-fault`} role="alert">
          {fault}
        </span>
      )}
    </div>
  );
}

interface TextProps extends Common {
  value: string;
  onInput: (value: string) => void;
  type?: 'text' | 'password' | 'number' | 'url' | 'email' | 'datetime-local' | 'date' | undefined;
  placeholder?: string | undefined;
  autocomplete?: 'off' | 'current-password' | 'username' | undefined;
  autofocus?: boolean | undefined;
  required?: boolean | undefined;
  readOnly?: boolean | undefined;
  inputRef?: Ref<HTMLInputElement> | undefined;
  min?: number | undefined;
  max?: number | undefined;
  maxLength?: number | undefined;
  step?: number | 'any' | undefined;
}

export function TextField({
  label,
  hint,
  fault,
  value,
  onInput,
  inputRef,
  autofocus = false,
  type = 'text',
  ...rest
}: TextProps): JSX.Element {
  const own = useRef<HTMLInputElement>(null);
  // The types of inputs are a union by role, which a variable cannot choose from.
  const kind: object = { type };
  useEffect(() => {
    if (autofocus) own.current?.focus();
  }, []);
  const attach = (element: HTMLInputElement | null): void => {
    own.current = element;
    if (typeof inputRef === 'function') inputRef(element);
    else if (inputRef) inputRef.current = element;
  };
  return (
    <Field label={label} hint={hint} fault={fault}>
      {(ids) => (
        <input
          {...ids}
          {...rest}
          {...kind}
          ref={attach}
          class="input"
          value={value}
          onInput={(event) => onInput(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

export function TextArea({
  label,
  hint,
  fault,
  value,
  onInput,
  rows = 4,
  placeholder,
}: Common & { value: string; onInput: (value: string) => void; rows?: number; placeholder?: string }): JSX.Element {
  return (
    <Field label={label} hint={hint} fault={fault}>
      {(ids) => (
        <textarea
          {...ids}
          class="input"
          rows={rows}
          placeholder={placeholder}
          value={value}
          onInput={(event) => onInput(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

export interface Option<V extends string = string> {
  value: V;
  label: string;
}

/** A choice. `inline`: in a row of filters, its label only read out. */
export function Select<V extends string>({
  label,
  hint,
  fault,
  value,
  options,
  onChange,
  inline = false,
  disabled = false,
}: Common & { value: V; options: readonly Option<V>[]; onChange: (value: V) => void; inline?: boolean; disabled?: boolean }): JSX.Element {
  const change = (event: { currentTarget: HTMLSelectElement }): void => {
    const chosen = options.find((option) => option.value === event.currentTarget.value);
    if (chosen) onChange(chosen.value);
  };
  const list = options.map((option) => (
    <option key={option.value} value={option.value} selected={option.value === value}>
      {option.label}
    </option>
  ));
  if (inline) {
    return (
      <select class="select" aria-label={label} value={value} onChange={change} disabled={disabled}>
        {list}
      </select>
    );
  }
  return (
    <Field label={label} hint={hint} fault={fault}>
      {(ids) => (
        <select {...ids} class="select" value={value} onChange={change} disabled={disabled}>
          {list}
        </select>
      )}
    </Field>
  );
}

/** Searches while one types, 200 ms after the last key. `/` focuses it from anywhere in the page. */
export function SearchField({
  label,
  value,
  onSearch,
  placeholder = label,
}: {
  label: string;
  value: string;
  onSearch: (value: string) => void;
  placeholder?: string;
}): JSX.Element {
  const [text, setText] = useState(value);
  const input = useRef<HTMLInputElement>(null);
  const timer = useRef(0);
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    const focus = (event: KeyboardEvent): void => {
      const inField = event.target instanceof HTMLElement && event.target.closest('input, textarea, select, [contenteditable], dialog');
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || inField) return;
      event.preventDefault();
      input.current?.focus();
    };
    document.addEventListener('keydown', focus);
    return () => {
      document.removeEventListener('keydown', focus);
      clearTimeout(timer.current);
    };
  }, []);
  const type = (next: string): void => {
    setText(next);
    clearTimeout(timer.current);
    timer.current = window.setTimeout(() => onSearch(next.trim()), 200);
  };
  return (
    <div class="search">
      <Icon name="search" />
      <input
        ref={input}
        class="input"
        type="search"
        aria-label={label}
        placeholder={placeholder}
        value={text}
        onInput={(event) => type(event.currentTarget.value)}
      />
    </div>
  );
}

export function Checkbox({
  label,
  checked,
  onChange,
  hint,
  disabled = false,
}: {
  label: ComponentChildren;
  checked: boolean;
  onChange: (checked: boolean) => void;
  hint?: string;
  disabled?: boolean;
}): JSX.Element {
  return (
    <label class="check">
      <input type="checkbox" checked={checked} disabled={disabled} onChange={(event) => onChange(event.currentTarget.checked)} />
      <span>
        {label}
        {hint && <span class="faint small"> {hint}</span>}
      </span>
    </label>
  );
}
