import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { execa } from 'execa';
import { stringify } from 'yaml';
import { repositoryRoot } from '../../scripts/repository.ts';
import { ensurePrograms } from '../cluster/programs/programs.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { readPage } from './markdown.ts';
import { readYaml } from './repository-files.ts';

interface Rules {
  readonly groups: readonly { readonly rules: readonly { readonly alert: string }[] }[];
}

/** A file for "promtool test rules". */
interface RuleTests {
  readonly evaluation_interval: string;
  readonly tests: readonly {
    readonly name: string;
    readonly promql_expr_test?: readonly {
      readonly expr: string;
      readonly eval_time: string;
      readonly exp_samples: readonly unknown[];
    }[];
    readonly alert_rule_test?: readonly {
      readonly eval_time: string;
      readonly alertname: string;
      readonly exp_alerts: readonly unknown[];
    }[];
  }[];
}

interface Configuration {
  readonly global: { readonly evaluation_interval: string };
  readonly scrape_configs: readonly Readonly<Record<string, unknown>>[];
}

const FOLDER = 'examples/monitoring';
const RULES = ['rules', 'rules-by-namespace'];

/** When a test's healthy time ends, in seconds. */
const BEGIN = 600;

let promtool: string;
beforeAll(async () => {
  ({ promtool } = await ensurePrograms(['promtool'], () => {}));
}, 600_000);

async function runPromtool(args: readonly string[], cwd = join(repositoryRoot, FOLDER)) {
  return (await execa(promtool, args, { cwd, all: true })).all;
}

/** "12m45s" in seconds. */
function seconds(time: string): number {
  const [, minutes = '0', rest = '0'] = /^(?:(\d+)m)?(?:(\d+)s)?$/.exec(time) ?? [];
  return Number(minutes) * 60 + Number(rest);
}

/** "2:45": minutes and seconds since the trouble began. */
function since(time: string | undefined): string {
  const all = seconds(time ?? '') - BEGIN;
  return `${Math.floor(all / 60)}:${String(all % 60).padStart(2, '0')}`;
}

describe.each(RULES)('%s.yaml', (name) => {
  test('is accepted by promtool', async () => {
    expect(await runPromtool(['check', 'rules', `${name}.yaml`])).toContain('SUCCESS');
  });

  test('fires when its tests say, and is silent when they say so', async () => {
    expect(await runPromtool(['test', 'rules', `${name}.test.yaml`])).toContain('SUCCESS');
  });

  test('has no alert that its tests do not see firing, and they name no other', async () => {
    const { groups } = await readYaml<Rules>(`${FOLDER}/${name}.yaml`);
    const { tests } = await readYaml<RuleTests>(`${FOLDER}/${name}.test.yaml`);
    const alerts = new Set(groups.flatMap(({ rules }) => rules.map(({ alert }) => alert)));
    const asserted = tests.flatMap((one) => one.alert_rule_test ?? []);
    const firing = asserted.filter((one) => one.exp_alerts.length > 0);
    expect(alerts).toContain('HighErrorRate');
    expect(alerts).toContain('HighResponseTime');
    expect(new Set(firing.map(({ alertname }) => alertname))).toEqual(alerts);
    // An alert that does not exist is silent, whatever is expected of it.
    expect(new Set(asserted.map(({ alertname }) => alertname))).toEqual(alerts);
    const queries = tests.flatMap((one) => one.promql_expr_test ?? []);
    const queried = queries.flatMap(({ expr }) => /alertname="(\w+)"/.exec(expr)?.[1] ?? []);
    expect(queried.filter((alert) => !alerts.has(alert))).toEqual([]);
  });

  test('is tested at the pace of prometheus.yaml', async () => {
    const { global } = await readYaml<Configuration>(`${FOLDER}/prometheus.yaml`);
    const tests = await readYaml<RuleTests>(`${FOLDER}/${name}.test.yaml`);
    expect(tests.evaluation_interval).toBe(global.evaluation_interval);
  });
});

test('the README tells how long the alerts of the process take, as their tests have it', async () => {
  const { tests } = await readYaml<RuleTests>(`${FOLDER}/rules.test.yaml`);
  const times = tests.map(({ name, promql_expr_test = [], alert_rule_test = [] }) => {
    const pending = promql_expr_test.find((one) => one.exp_samples.length > 0);
    const firing = alert_rule_test.find((one) => one.exp_alerts.length > 0);
    return firing
      ? [name, firing.alertname, since(pending?.eval_time), since(firing.eval_time)]
      : [name, '', 'never', 'never'];
  });
  const { rows } = await readPage(`${FOLDER}/README.md`);
  const told = rows.filter(({ heading }) => heading === 'How long an alert takes');
  expect(told.map(({ cells }) => cells.map((cell) => cell.replaceAll('`', '')))).toEqual(times);
});

test('prometheus.yaml is accepted by promtool, but for the discovery that Debian leaves out', async () => {
  const configuration = await readYaml<Configuration>(`${FOLDER}/prometheus.yaml`);
  const discovered = configuration.scrape_configs.filter((one) => one.kubernetes_sd_configs);
  expect(discovered.map((one) => one.job_name)).toEqual(['pods']);
  const scrape_configs = configuration.scrape_configs.map(
    ({ kubernetes_sd_configs: _, ...rest }) => rest,
  );
  const folder = await temporaryFolder('promtool');
  for (const name of RULES) {
    const file = `${name}.yaml`;
    await copyFile(join(repositoryRoot, FOLDER, file), join(folder, file));
  }
  await writeFile(
    join(folder, 'prometheus.yaml'),
    stringify({ ...configuration, scrape_configs, rule_files: ['rules*.yaml'] }),
  );
  const said = await runPromtool(['check', 'config', 'prometheus.yaml'], folder);
  expect(said).toContain('SUCCESS: 2 rule files found');
});
