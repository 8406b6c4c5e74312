import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { execa } from 'execa';
import { repositoryRoot } from '../../scripts/repository.ts';
import { ensurePrograms } from '../cluster/programs/programs.ts';
import { readText, readYaml } from './repository-files.ts';

interface Rules {
  readonly groups: readonly {
    readonly rules: readonly { readonly alert: string; readonly labels: { severity: string } }[];
  }[];
}

const FILE = 'examples/monitoring/alertmanager.yaml';

let amtool: string;
beforeAll(async () => {
  ({ amtool } = await ensurePrograms(['amtool'], () => {}));
}, 600_000);

async function receiverOf(labels: Readonly<Record<string, string>>): Promise<string> {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  const config = `--config.file=${join(repositoryRoot, FILE)}`;
  return (await execa(amtool, ['config', 'routes', 'test', config, ...pairs])).stdout;
}

describe('alertmanager.yaml', () => {
  test('is accepted by amtool', async () => {
    const { all } = await execa(amtool, ['check-config', join(repositoryRoot, FILE)], {
      all: true,
    });
    expect(all).toContain('SUCCESS');
    expect(all).toContain('2 receivers');
  });

  test.each([
    { labels: { severity: 'critical' }, receiver: 'pager' },
    { labels: { severity: 'warning' }, receiver: 'chat' },
    { labels: { severity: 'critical', namespace: 'paal-dev', app: 'paal' }, receiver: 'pager' },
    { labels: { alertname: 'WithoutSeverity' }, receiver: 'chat' },
  ])('sends $labels to $receiver, and to nobody else', async ({ labels, receiver }) => {
    expect(await receiverOf(labels)).toBe(receiver);
  });

  test('has a route of its own for each severity of the rules', async () => {
    for (const file of ['rules', 'rules-by-namespace']) {
      const { groups } = await readYaml<Rules>(`examples/monitoring/${file}.yaml`);
      for (const { alert, labels } of groups.flatMap(({ rules }) => rules)) {
        const wanted = labels.severity === 'critical' ? 'pager' : 'chat';
        expect([alert, await receiverOf({ alertname: alert, ...labels })]).toEqual([alert, wanted]);
        expect(['critical', 'warning']).toContain(labels.severity);
      }
    }
  });

  test('holds no address, because addresses of receivers hold tokens', async () => {
    const text = await readText(FILE);
    expect(text.match(/url_file:/g)).toHaveLength(2);
    expect(text).not.toMatch(/:\/\/|(?:url|token|key|password|credentials):/);
  });
});
