import { createRequire } from 'node:module';
import { createCanvas, GlobalFonts } from '@napi-rs/canvas';
import { Chart, CategoryScale, LinearScale, LineController, LineElement, PointElement, Legend, Title } from 'chart.js';
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
  Chart.register(CategoryScale, LinearScale, LineController, LineElement, PointElement, Legend, Title);
  if (!GlobalFonts.has(family)) GlobalFonts.registerFromPath(createRequire(import.meta.url).resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf'), family);
  const canvas = createCanvas(widthPx, heightPx);
  const times = [...new Set(series.flatMap(({ points }) => points.map(({ atMs }) => atMs)))].sort((a, b) => a - b);
  const font = { family, size: 13 };
  const grid = { color: '#e5e5e5' };
  const chart = new Chart(canvas, {
    type: 'line',
    data: {
      labels: times.map((atMs) => shownTime(atMs, timeZone)),
      datasets: series.map(({ name, points }, index) => {
        const byTime = new Map(points.map(({ atMs, value }) => [atMs, value]));
        const colour = colours[index % colours.length] ?? ink;
        return {
          label: name,
          data: times.map((atMs) => byTime.get(atMs) ?? null),
          borderColor: colour,
          backgroundColor: colour,
          borderWidth: 2,
          pointRadius: points.length > 60 ? 0 : 3,
          spanGaps: true,
        };
      }),
    },
    options: {
      animation: false,
      responsive: false,
      devicePixelRatio: 1,
      layout: { padding: 12 },
      scales: {
        x: { grid, ticks: { font, color: ink, maxTicksLimit: 8, maxRotation: 0, autoSkip: true } },
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
