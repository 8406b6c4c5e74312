import { beforeAll, describe, expect, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { environmentOfRef } from '../../packages/core/src/config/environment.ts';
import { parseConfig } from '../../packages/core/src/config/parse.ts';
import { configSchema } from '../../packages/core/src/config/schema.ts';
import { type Page, readPage } from './markdown.ts';
import { processBlock, readText, readYaml } from './repository-files.ts';

interface Deployment {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly template: { readonly spec: { readonly containers: readonly object[] } };
  };
}

let process: Page;
let guide: Page;
beforeAll(async () => {
  process = await readPage('docs/process.md');
  guide = await readPage('docs/deployment-process.md');
});

test('every YAML block of the process is compared, here or in ci-cd-workflow.test.ts', () => {
  const blocks = process.blocks.filter(({ language }) => language === 'yaml');
  expect(blocks.map(({ heading }) => heading)).toEqual([
    'GitHub Actions Workflow',
    'Automatic Rollback',
    'Health Checks',
    'Alerting Rules',
  ]);
});

describe("the reference system's Deployments", () => {
  const deployments: Deployment[] = [];
  beforeAll(async () => {
    for (const file of ['frontend', 'backend']) {
      const documents = parseAllDocuments(await readText(`examples/k8s/base/${file}.yaml`));
      const objects = documents.map((document) => document.toJS() as Deployment);
      deployments.push(...objects.filter(({ kind }) => kind === 'Deployment'));
    }
  });

  test('are those of frontend and backend', () => {
    expect(deployments.map(({ metadata }) => metadata.name)).toEqual([
      'paal-frontend',
      'paal-backend',
    ]);
  });

  test('have replicas, strategy, minReadySeconds and revisionHistoryLimit of the process', async () => {
    const { spec } = await processBlock<{ spec: object }>('Automatic Rollback');
    expect(Object.keys(spec)).toHaveLength(4);
    for (const deployment of deployments) {
      expect(deployment.spec).toMatchObject(spec);
    }
  });

  test('have its probes, and no others', async () => {
    const probes = await processBlock<object>('Health Checks');
    expect(Object.keys(probes)).toEqual(['livenessProbe', 'readinessProbe']);
    for (const { spec } of deployments) {
      const [container = {}, ...others] = spec.template.spec.containers;
      expect(others).toEqual([]);
      const entries = Object.entries(container).filter(([name]) => name.endsWith('Probe'));
      expect(Object.fromEntries(entries)).toEqual(probes);
    }
  });
});

test("the reference system's alerting rules are those of the process", async () => {
  expect(await readYaml('examples/monitoring/rules.yaml')).toEqual(
    await processBlock('Alerting Rules'),
  );
});

describe('the page about the process', () => {
  test('has the headings of the process, in their order', () => {
    const parts = new Set([...process.items, ...process.blocks].map(({ heading }) => heading));
    const pictures = ['Infrastructure Architecture', 'Pipeline Overview'];
    const expected = process.headings
      .map(({ text }) => text)
      .filter((text) => parts.has(text) && !pictures.includes(text));
    const headings = guide.headings.map(({ text }) => text);
    expect(headings.filter((text) => parts.has(text))).toEqual(expected);
  });

  test('leaves out no step and no command', () => {
    const commands = process.blocks
      .filter(({ language }) => language === 'bash')
      .flatMap(({ heading, text }) =>
        text
          .split('\n')
          .filter((line) => line !== '' && !line.startsWith('#'))
          .map((line) => ({ heading, text: `\`${line}\`` })),
      );
    const environments = process.rows
      .filter(({ heading }) => heading === 'Deployment Environments')
      .map(({ heading, cells }) => ({ heading, text: cells[0] ?? '' }));
    const steps = [...process.items, ...commands, ...environments];
    const missing = steps.filter(
      ({ heading, text }) =>
        !guide.rows.some((row) => row.heading === heading && row.cells[0]?.includes(text)),
    );
    expect(steps.length).toBeGreaterThan(70);
    expect(missing).toEqual([]);
  });

  test('shows every step that is done by a test, and says so of every other', () => {
    const unproven = guide.rows.filter(
      ({ cells: [, how = '', shown = ''] }) =>
        shown === '' && !/\*\*(Not yet|By people)\*\*/.test(how),
    );
    expect(unproven).toEqual([]);
  });

  test('is right about how to deploy develop to staging', () => {
    const text = guide.blocks.find(({ language }) => language === 'yaml')?.text ?? '';
    const config = parseConfig(text, 'paal.yaml', configSchema);
    expect(environmentOfRef(config, 'refs/heads/develop')).toBe('staging');
  });
});
