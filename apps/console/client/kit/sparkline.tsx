import type { JSX } from 'preact';

/** A small row of bars without axes, such as 24 hours of a camera. The label says what it shows: it is all that a screen reader gets. */
export function Sparkline({
  label,
  values,
  width = 120,
  height = 28,
}: {
  label: string;
  values: readonly number[];
  width?: number;
  height?: number;
}): JSX.Element {
  const top = Math.max(1, ...values);
  const step = width / Math.max(1, values.length);
  return (
    <svg
      class="sparkline"
      role="img"
      aria-label={label}
      width={width}
      height={height}
      viewBox={`0 0 ${String(width)} ${String(height)}`}
      preserveAspectRatio="none"
    >
      <title>{label}</title>
      {values.map((value, index) => {
        const tall = value === 0 ? 1 : Math.max(2, (value / top) * height);
        return (
          <rect
            key={index}
            x={index * step}
            y={height - tall}
            width={Math.max(1, step - 1)}
            height={tall}
            rx="1"
            fill={value === 0 ? 'var(--line-strong)' : 'var(--accent)'}
          />
        );
      })}
    </svg>
  );
}
