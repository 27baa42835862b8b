import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { formatClock, formatDate, formatDay, formatMoment, formatNumber } from './format.ts';

export interface Series {
  label: string;
  values: readonly (number | null)[];
  /** A colour of the page's style, such as `--accent`. */
  colour?: `--${string}`;
  /** `bars` for counts of a span, `line` for a level. Default line. */
  as?: 'line' | 'bars';
}

/**
 * Counts over time. It is as wide as there is room; screen readers get its label and a table of the same values. `unit` stands behind each value.
 * `days`: each value is that of a whole day, and no time of day is said.
 */
export function Chart({
  label,
  timesMs,
  series,
  height = 200,
  unit = '',
  days = false,
}: {
  label: string;
  timesMs: readonly number[];
  series: readonly Series[];
  height?: number;
  unit?: string;
  days?: boolean;
}): JSX.Element {
  const momentOf = days ? formatDay : formatMoment;
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = host.current;
    if (!element) return undefined;
    const dark = window.matchMedia('(prefers-color-scheme: dark)');
    let plot: uPlot | null = null;
    const draw = (): void => {
      plot?.destroy();
      const data: uPlot.AlignedData = [timesMs.map((ms) => ms / 1_000), ...series.map(({ values }) => [...values])];
      plot = new uPlot(optionsOf(element, { series, height, unit, momentOf }), data, element);
    };
    draw();
    const observer = new ResizeObserver(() => plot?.setSize({ width: element.clientWidth, height }));
    observer.observe(element);
    const themed = new MutationObserver(draw);
    themed.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    dark.addEventListener('change', draw);
    return () => {
      observer.disconnect();
      themed.disconnect();
      dark.removeEventListener('change', draw);
      plot?.destroy();
    };
  }, [timesMs, series, height, unit, momentOf]);
  return (
    <figure>
      <div ref={host} role="img" aria-label={label} />
      <div class="visually-hidden">
        <table>
          <caption>{label}</caption>
          <thead>
            <tr>
              <th scope="col">{days ? 'Day' : 'Time'}</th>
              {series.map(({ label }) => (
                <th key={label} scope="col">
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {timesMs.map((ms, index) => (
              <tr key={ms}>
                <th scope="row">{momentOf(ms)}</th>
                {series.map(({ label, values }) => (
                  <td key={label}>
                    {values[index] === null || values[index] === undefined ? 'none' : `${formatNumber(values[index])} ${unit}`}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </figure>
  );
}

const daySeconds = 86_400;
/** Between two marks of the axis: what is counted has no halves. */
const wholeSteps = Array.from({ length: 9 }, (_, power) => [1, 2, 5].map((step) => step * 10 ** power)).flat();

/** How far bars are apart, seconds; 0: there are none. */
const stepOf = (times: ArrayLike<number>, series: readonly Series[]): number =>
  series.some(({ as }) => as === 'bars') ? (times[1] ?? 0) - (times[0] ?? 0) : 0;

interface Drawn {
  series: readonly Series[];
  height: number;
  unit: string;
  momentOf: (atMs: number) => string;
}

function optionsOf(element: HTMLElement, { series, height, unit, momentOf }: Drawn): uPlot.Options {
  // Canvas knows no custom properties: the browser resolves them on an element, a new one each time, as one that changes may fade.
  const colour = (name: string): string => {
    const probe = document.createElement('span');
    probe.style.color = `var(${name})`;
    element.append(probe);
    const { color } = getComputedStyle(probe);
    probe.remove();
    return color;
  };
  const faint = colour('--text-3');
  const line = colour('--line');
  const font = `12px ${getComputedStyle(element).fontFamily}`;
  const axis = { stroke: faint, font, grid: { stroke: line, width: 1 }, ticks: { show: false } };
  const options: uPlot.Options = {
    width: element.clientWidth,
    height,
    // The last time stands below the last value: half of it is to the right of that.
    padding: [null, 32, null, null],
    cursor: { y: false },
    legend: { show: series.length > 1 },
    // Half a step on either side: the first and the last bar are as wide as the others.
    // Bars are as high as what they count only if they begin at nothing.
    scales: {
      x: { range: (plot, min, max) => [min - stepOf(plot.data[0], series) / 2, max + stepOf(plot.data[0], series) / 2] },
      y: { range: (_plot, _min, max) => [0, Math.max(1, max * 1.1)] },
    },
    axes: [
      {
        ...axis,
        size: 32,
        values: (_plot, ticks, _index, _space, step) => ticks.map((tick) => (step < daySeconds ? formatClock : formatDate)(tick * 1_000)),
      },
      {
        ...axis,
        size: 52,
        incrs: wholeSteps,
        values: (_plot, ticks) => ticks.map((tick) => `${formatNumber(tick)}${unit ? ` ${unit}` : ''}`),
      },
    ],
    series: [
      { value: (_plot, seconds) => (seconds === null ? '' : momentOf(seconds * 1_000)) },
      ...series.map(({ label, colour: name = '--accent', as = 'line' }): uPlot.Series => {
        const stroke = colour(name);
        const bars = as === 'bars' ? uPlot.paths.bars?.({ size: [0.8, 40], radius: 0.15 }) : undefined;
        return {
          label,
          stroke,
          width: as === 'bars' ? 0 : 1.6,
          points: { show: false },
          value: (_plot, value) => (value === null ? '' : `${formatNumber(value)} ${unit}`),
          ...(bars ? { paths: bars, fill: stroke } : {}),
        };
      }),
    ],
  };
  return options;
}
