import type { ComponentChildren, JSX } from 'preact';

/** A surface with a heading. `flush`: without padding, for tables and lists. */
export function Card({
  title,
  actions,
  children,
  flush = false,
}: {
  title?: ComponentChildren;
  actions?: ComponentChildren;
  children: ComponentChildren;
  flush?: boolean;
}): JSX.Element {
  return (
    <section class="card">
      {title && (
        <header>
          <h2>{title}</h2>
          {actions && <div class="row">{actions}</div>}
        </header>
      )}
      <div class={flush ? 'body flush' : 'body'}>{children}</div>
    </section>
  );
}

/** A row of figures. */
export function Stats({ children }: { children: ComponentChildren }): JSX.Element {
  return <div class="stats">{children}</div>;
}

/** One figure with its unit. */
export function Stat({
  label,
  value,
  unit,
  title,
}: {
  label: string;
  value: ComponentChildren;
  unit?: string;
  title?: string;
}): JSX.Element {
  return (
    <dl class="stat" title={title}>
      <dt>{label}</dt>
      <dd>
        {value} {unit && <small>{unit}</small>}
      </dd>
    </dl>
  );
}

/** Names and values, one below the other. */
export function Facts({ facts }: { facts: readonly (readonly [name: string, value: ComponentChildren])[] }): JSX.Element {
  return (
    <dl class="facts">
      {facts.map(([name, value]) => (
        <>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </>
      ))}
    </dl>
  );
}

export type Tone = 'plain' | 'ok' | 'warn' | 'danger' | 'info';

/** A word about a state. */
export function Badge({ tone = 'plain', children, title }: { tone?: Tone; children: ComponentChildren; title?: string }): JSX.Element {
  return (
    <span class={`badge ${tone}`} title={title}>
      {children}
    </span>
  );
}

/** A line or two that matter here. */
export function Notice({ tone = 'info', children }: { tone?: Tone; children: ComponentChildren }): JSX.Element {
  return (
    <div class={`notice ${tone}`} role={tone === 'danger' ? 'alert' : undefined}>
      <div class="grow">{children}</div>
    </div>
  );
}
