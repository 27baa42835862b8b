import { createRequire } from 'node:module';
import { createCanvas, GlobalFonts } from '@napi-rs/canvas';
import { Chart, LinearScale, LineController, LineElement, PointElement, Legend, Title } from 'chart.js';
import { shownTime } from '../pick/wall-time.ts';
import type { Series } from './series.ts';

const family = 'watchpost chart';
const widthPx = 900;
const heightPx = 450;
/** Blue, orange, green, red, purple, brown, pink, grey: told apart by most people who see colours otherwise. */
const colours = ['#0072b2', '#e69f00', '#009e73', '#d55e00', '#6a3d9a', '#8c564b', '#cc79a7', '#555555'];
const ink = '#333333';

/** Draws the lines as a PNG, on white, whatever fonts the machine has. At least one point is needed. */
export async function drawChart(series: readonly Series[], { title, timeZone }: { title: string; timeZone: string }): Promise<Uint8Array> {
  Chart.register(LinearScale, LineController, LineElement, PointElement, Legend, Title);
  if (!GlobalFonts.has(family))
    GlobalFonts.registerFromPath(createRequire(import.meta.url).resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf'), family);
  const canvas = createCanvas(widthPx, heightPx);
  const times = series.flatMap(({ points }) => points.map(({ atMs }) => atMs));
  const [fromMs, toMs] = [Math.min(...times), Math.max(...times)];
  const isMoment = fromMs === toMs;
  // Of a single moment half a day before and after it is shown, and not the years that the library takes.
  const [leastMs, mostMs] = isMoment ? [fromMs - 43_200_000, fromMs + 43_200_000] : [fromMs, toMs];
  // Of a long time the day says enough.
  const label = (atMs: number): string =>
    toMs - fromMs > 3 * 86_400_000 ? shownTime(atMs, timeZone).slice(0, 10) : shownTime(atMs, timeZone).slice(5);
  const font = { family, size: 13 };
  const grid = { color: '#e5e5e5' };
  const chart = new Chart(canvas, {
    type: 'line',
    data: {
      datasets: series.map(({ name, points }, index) => {
        const colour = colours[index % colours.length] ?? ink;
        return {
          label: name,
          data: points.map(({ atMs, value }) => ({ x: atMs, y: value })),
          borderColor: colour,
          backgroundColor: colour,
          borderWidth: 2,
          pointRadius: points.length > 60 ? 0 : 3,
        };
      }),
    },
    options: {
      animation: false,
      responsive: false,
      devicePixelRatio: 1,
      layout: { padding: { left: 12, right: 36, top: 12, bottom: 12 } },
      scales: {
        x: {
          type: 'linear',
          min: leastMs,
          max: mostMs,
          grid,
          ticks: { font, color: ink, maxTicksLimit: 8, maxRotation: 0, callback: (atMs) => label(Number(atMs)) },
        },
        y: { grid, ticks: { font, color: ink } },
      },
      plugins: {
        legend: { display: series.length > 1, labels: { font, color: ink } },
        title: { display: true, text: title, font: { family, size: 17, weight: 'normal' }, color: '#111111' },
      },
    },
    plugins: [
      {
        id: 'white',
        beforeDraw: ({ ctx }) => {
          ctx.save();
          ctx.fillStyle = '#ffffff';
          ctx.fillRect(0, 0, widthPx, heightPx);
          ctx.restore();
        },
      },
    ],
  });
  try {
    chart.draw();
    return await canvas.encode('png');
  } finally {
    chart.destroy();
  }
}
