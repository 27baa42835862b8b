import type { ComponentChildren, JSX, Ref } from 'preact';
import { Icon, type IconName } from './icons.tsx';

interface ButtonProps {
  children: ComponentChildren;
  onClick?: ((event: MouseEvent) => void) | undefined;
  icon?: IconName | undefined;
  /** `primary`: the one that a page or dialog is for. `danger`: something is lost. `quiet`: without a border. */
  tone?: 'primary' | 'danger' | 'danger-primary' | 'quiet' | undefined;
  size?: 'small' | undefined;
  disabled?: boolean | undefined;
  busy?: boolean | undefined;
  type?: 'button' | 'submit' | undefined;
  /** The id of the form that it sends, where it stands outside of it. */
  form?: string | undefined;
  /** With an address it is a link that looks like a button. */
  href?: string | undefined;
  title?: string | undefined;
  'aria-pressed'?: boolean | undefined;
  buttonRef?: Ref<HTMLButtonElement> | undefined;
}

const classes = (tone: string | undefined, size: string | undefined, extra = ''): string =>
  ['button', ...(tone?.split('-') ?? []), size, extra].filter(Boolean).join(' ');

/** While it works it keeps the focus, which a disabled button loses, but does nothing more. */
const ignore = (event: MouseEvent): void => event.preventDefault();

export function Button(props: ButtonProps): JSX.Element {
  const { children, onClick, icon, tone, size, disabled = false, busy = false, type = 'button', href, title, buttonRef } = props;
  const inside = (
    <>
      {icon && <Icon name={icon} />}
      {children}
    </>
  );
  if (href !== undefined) {
    return (
      <a class={classes(tone, size)} href={href} title={title} onClick={onClick}>
        {inside}
      </a>
    );
  }
  return (
    <button
      ref={buttonRef}
      class={classes(tone, size)}
      type={type}
      form={props.form}
      onClick={busy ? ignore : onClick}
      disabled={disabled && !busy}
      aria-disabled={busy || undefined}
      aria-busy={busy}
      aria-pressed={props['aria-pressed']}
      title={title}
    >
      {inside}
    </button>
  );
}

/** A button that is only a drawing; its label is read out and shown when the pointer rests on it. */
export function IconButton(
  props: Omit<ButtonProps, 'children' | 'icon' | 'type' | 'form' | 'title'> & { icon: IconName; label: string },
): JSX.Element {
  const { icon, label, onClick, tone = 'quiet', size, disabled = false, busy = false, buttonRef } = props;
  return (
    <button
      ref={buttonRef}
      class={classes(tone, size, 'icon')}
      type="button"
      onClick={busy ? ignore : onClick}
      disabled={disabled && !busy}
      aria-disabled={busy || undefined}
      aria-label={label}
      aria-pressed={props['aria-pressed']}
      title={label}
    >
      <Icon name={icon} />
    </button>
  );
}
