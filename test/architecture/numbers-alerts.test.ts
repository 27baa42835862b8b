import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { alertCases, type AlertCase } from '../support/numbers-alert-cases.ts';
import { runPromtool, skipWithoutPromtool } from '../support/numbers-promtool.ts';
import { fromRoot } from '../support/root.ts';

const rulesFile = fromRoot('deploy/prometheus/alerts.yml');
const rules = z
  .object({
    groups: z.array(
      z.object({
        name: z.string(),
        rules: z.array(
          z.strictObject({
            alert: z.string(),
            expr: z.string(),
            for: z.string().optional(),
            labels: z.strictObject({ severity: z.enum(['critical', 'warning', 'info']) }),
            annotations: z.strictObject({ summary: z.string(), description: z.string(), runbook_url: z.string() }),
          }),
        ),
      }),
    ),
  })
  .parse(parse(readFileSync(rulesFile, 'utf8')))
  .groups.flatMap((group) => group.rules);

describe('the alert rules', () => {
  it('each say where docs/monitoring.md says what to do, and nothing else is said there', () => {
    const page = readFileSync(fromRoot('docs/monitoring.md'), 'utf8');
    const alerts = /\n## Alerts\n(.*?)\n## /s.exec(page)?.[1] ?? '';
    const headings = Array.from(alerts.matchAll(/^### (\w+)$/gm), ([, name]) => name);
    expect(headings).toEqual(rules.map(({ alert }) => alert));
    expect(rules.map(({ annotations }) => annotations.runbook_url)).toEqual(
      rules.map(({ alert }) => `docs/monitoring.md#${alert.toLowerCase()}`),
    );
  });

  it('each have a case that makes them fire, and one that does not', () => {
    expect(Object.keys(alertCases).toSorted()).toEqual(rules.map(({ alert }) => alert).toSorted());
  });
});

describe.skipIf(skipWithoutPromtool)('the alert rules, as promtool sees them', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'alerts-'));
  });
  afterAll(async () => rm(folder, { recursive: true }));

  it('are rules, and the configuration takes them', async () => {
    expect(await runPromtool('check', 'rules', rulesFile)).toMatchObject({ code: 0 });
    expect(await runPromtool('check', 'config', fromRoot('deploy/prometheus/prometheus.yml'))).toMatchObject({ code: 0 });
  });

  it('fire where they should, and nowhere else', async () => {
    const test = (alert: string, { atMinute = 30, ...series }: AlertCase, how: 'fires' | 'quiet') => ({
      name: `${alert} ${how}`,
      interval: '1m',
      input_series: Object.entries(series[how]).map(([name, values]) => ({ series: name, values })),
      promql_expr_test: [
        {
          expr: `count(ALERTS{alertname="${alert}",alertstate="firing"})`,
          eval_time: `${String(atMinute)}m`,
          exp_samples: how === 'fires' ? [{ labels: '{}', value: 1 }] : [],
        },
      ],
    });
    // Each with its own rule alone: promtool works out all rules of a file for every minute.
    const files = await Promise.all(
      rules.map(async (rule) => {
        const each = alertCases[rule.alert];
        if (!each) throw new Error(`no case for ${rule.alert}`);
        const [file, ruleFile] = [path.join(folder, `${rule.alert}.test.yml`), path.join(folder, `${rule.alert}.yml`)];
        await writeFile(ruleFile, stringify({ groups: [{ name: 'one', rules: [rule] }] }));
        const tests = [test(rule.alert, each, 'fires'), test(rule.alert, each, 'quiet')];
        if (each.alsoFires) tests.push(test(rule.alert, { ...each, fires: each.alsoFires }, 'fires'));
        await writeFile(file, stringify({ rule_files: [ruleFile], evaluation_interval: (each.atMinute ?? 0) > 200 ? '10m' : '1m', tests }));
        return file;
      }),
    );
    const { said } = await runPromtool('test', 'rules', ...files);
    expect(said).not.toContain('FAILED');
    expect(said.match(/SUCCESS/g)).toHaveLength(rules.length);
  });
});
