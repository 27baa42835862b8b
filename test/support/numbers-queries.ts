import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { fromRoot } from './root.ts';

const target = z.looseObject({ expr: z.string(), legendFormat: z.string() });
const panel = z.looseObject({
  id: z.number(),
  type: z.string(),
  title: z.string(),
  description: z.string().optional(),
  targets: z.array(target).default([]),
  fieldConfig: z.looseObject({ defaults: z.looseObject({ unit: z.string() }) }).optional(),
});
const dashboardSchema = z.looseObject({
  uid: z.string(),
  panels: z.array(panel),
  templating: z.object({ list: z.array(z.looseObject({ name: z.string(), definition: z.string().optional() })) }),
});
const rulesSchema = z.object({
  groups: z.array(
    z.looseObject({
      rules: z.array(z.looseObject({ alert: z.string(), expr: z.string(), annotations: z.record(z.string(), z.string()) })),
    }),
  ),
});

export const dashboard = dashboardSchema.parse(JSON.parse(readFileSync(fromRoot('deploy/grafana/dashboards/watchpost.json'), 'utf8')));

/** A query, where it stands, and the labels that its result is described with. */
export interface Query {
  where: string;
  expr: string;
  shown: string[];
}

const labelsIn = (text: string): string[] => Array.from(text.matchAll(/\{\{\s*(?:\$labels\.)?(\w+)\s*\}\}/g), ([, label = '']) => label);

/** Every query of the dashboard and of the alert rules. */
export function allQueries(): Query[] {
  const rules = rulesSchema.parse(parse(readFileSync(fromRoot('deploy/prometheus/alerts.yml'), 'utf8')));
  return [
    ...dashboard.panels.flatMap(({ title, targets }) =>
      targets.map(({ expr, legendFormat }) => ({ where: `panel ${title}`, expr, shown: labelsIn(legendFormat) })),
    ),
    ...dashboard.templating.list.flatMap(({ name, definition }) => {
      const [, expr, label] = /^label_values\((.*), (\w+)\)$/.exec(definition ?? '') ?? [];
      return expr !== undefined && label !== undefined ? [{ where: `variable ${name}`, expr, shown: [label] }] : [];
    }),
    ...rules.groups.flatMap((group) =>
      group.rules.map(({ alert, expr, annotations }) => ({
        where: `alert ${alert}`,
        expr,
        shown: labelsIn(Object.values(annotations).join(' ')),
      })),
    ),
  ];
}

/** As Prometheus gets it from Grafana. */
export const filledIn = (expr: string): string =>
  expr
    .replaceAll('$__rate_interval', '5m')
    .replaceAll('$__range', '6h')
    .replaceAll(/\$(?:instance|camera)\b/g, '.*');

/** The metrics of a query, each with the labels that it is selected by, and the labels that it is grouped by. */
export function usedIn(expr: string): { metrics: { name: string; labels: string[] }[]; groups: string[] } {
  const bare = filledIn(expr);
  const metrics = Array.from(
    bare.matchAll(/\b((?:watchpost|process|nodejs)_\w+|up|ALERTS)\b(?:\{([^}]*)\})?/g),
    ([, name = '', selector = '']) => ({
      name,
      labels: Array.from(selector.matchAll(/(\w+)\s*(?:=~|!~|!=|=)\s*"/g), ([, label = '']) => label),
    }),
  );
  const groups = Array.from(bare.matchAll(/\b(?:by|on|without|group_left|group_right|ignoring)\s*\(([^)]*)\)/g), ([, list = '']) =>
    list.split(',').map((label) => label.trim()),
  ).flat();
  return { metrics, groups: groups.filter(Boolean) };
}

const suffixes: Record<string, string[]> = { histogram: ['_bucket', '_sum', '_count'], summary: ['', '_sum', '_count'] };

/** The labels by name of what processes expose; those of histograms and summaries under each name that queries use. */
export function exposedIn(texts: readonly string[]): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  const labelsOf = (name: string): Set<string> => {
    const labels = found.get(name) ?? new Set<string>();
    found.set(name, labels);
    return labels;
  };
  for (const line of texts.flatMap((text) => text.split('\n'))) {
    const [, name = '', type = ''] = /^# TYPE (\w+) (\w+)$/.exec(line) ?? [];
    if (name !== '') for (const suffix of suffixes[type] ?? ['']) labelsOf(name + suffix);
    if (type === 'histogram') labelsOf(`${name}_bucket`).add('le');
    const [, sample = '', labels = ''] = /^(\w+)\{(.*)\} \S+$/.exec(line) ?? [];
    if (sample !== '') for (const [, label = ''] of labels.matchAll(/(?:^|,)(\w+)="/g)) labelsOf(sample).add(label);
  }
  return found;
}

/** The names of watchpost's own metrics that processes expose, those of histograms once. */
export const familiesIn = (texts: readonly string[]): string[] =>
  [...new Set(texts.flatMap((text) => Array.from(text.matchAll(/^# TYPE (watchpost_\w+) /gm), ([, name = '']) => name)))].toSorted();

/** The labels by name of the table of metrics in docs/metrics.md, of what these processes expose. `both`: ingest and worker. */
export function documentedMetrics(processes: readonly string[]): Map<string, string[]> {
  const rows = readFileSync(fromRoot('docs/metrics.md'), 'utf8').matchAll(/^\| `(watchpost_\w+)(?:\{([\w,]+)\})?` \| ([^|]+) \|/gm);
  const found = Array.from(rows, ([, name = '', labels = '', process = '']) => ({
    name,
    labels: labels.split(',').filter(Boolean),
    process,
  }));
  const isTheirs = (process: string): boolean => process.split(/, | and /).some((each) => ['all', 'both', ...processes].includes(each));
  return new Map(found.filter(({ process }) => isTheirs(process)).map(({ name, labels }) => [name, labels]));
}
