import { describe, expect, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import * as z from 'zod';
import { checkSchema } from '../../packages/core/src/config/check-schema.ts';
import { parseConfig } from '../../packages/core/src/config/parse.ts';
import { configSchema } from '../../packages/core/src/config/schema.ts';
import { actionNames } from '../../scripts/build.ts';
import { pagePaths, readPage } from './markdown.ts';
import { readYaml } from './repository-files.ts';

type Declared = Readonly<Record<string, { readonly required?: boolean } | null>>;

/** What a step or a job may give to what it uses. */
interface Interface {
  readonly inputs: Declared;
  readonly secrets: Declared;
}

interface Use {
  readonly uses: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly secrets?: Readonly<Record<string, unknown>>;
}

const WORKFLOW = 'paal/workflows/.github/workflows/deploy.yml@v1';
const interfaces = new Map<string, Interface>();
for (const name of await actionNames()) {
  const { inputs = {} } = await readYaml<{ inputs?: Declared }>(`actions/${name}/action.yml`);
  interfaces.set(`paal/${name}@v1`, { inputs, secrets: {} });
}
const deploy = await readYaml<{ on: { workflow_call: Interface } }>('workflows/deploy.yml');
interfaces.set(WORKFLOW, deploy.on.workflow_call);

/** Every step and job below `value` that uses something of PAAL. */
function usesIn(value: unknown): readonly Use[] {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.values(value).flatMap(usesIn);
  const { uses } = value as Partial<Use>;
  return typeof uses === 'string' && uses.startsWith('paal/') ? [value as Use, ...inner] : inner;
}

function problemsOf(kind: string, given: object, declared: Declared): readonly string[] {
  const unknown = Object.keys(given).filter((name) => !(name in declared));
  const missing = Object.entries(declared)
    .filter(([name, one]) => one?.required && !(name in given))
    .map(([name]) => name);
  return [
    ...unknown.map((name) => `no ${kind} ${name}`),
    ...missing.map((name) => `the ${kind} ${name} is missing`),
  ];
}

/** What would be wrong with a step or job when it ran. */
function problemsOfUse({ uses, with: inputs = {}, secrets = {} }: Use): readonly string[] {
  const known = interfaces.get(uses);
  if (!known) return [`${uses} does not exist`];
  const problems = [
    ...problemsOf('input', inputs, known.inputs),
    ...problemsOf('secret', secrets, known.secrets),
  ];
  if (typeof inputs.checks === 'string') {
    const checks = z.array(checkSchema).safeParse(parseAllDocuments(inputs.checks)[0]?.toJS());
    if (!checks.success) problems.push(`checks: ${checks.error.message}`);
  }
  return problems.map((problem) => `${uses}: ${problem}`);
}

const CONFIG_KEYS = new Set(Object.keys(configSchema.shape));

/** Whether an example is a paal.yaml, or a part of one. */
function isConfig(value: unknown): boolean {
  const keys = Object.keys(value ?? {});
  return keys.length > 0 && keys.every((key) => CONFIG_KEYS.has(key));
}

const pages = (await pagePaths()).filter((path) => path !== 'docs/process.md');

describe.each(pages)('the YAML in %s', (path) => {
  test('can be used as it stands', async () => {
    const { blocks } = await readPage(path);
    for (const { text } of blocks.filter(({ language }) => language === 'yaml')) {
      for (const document of parseAllDocuments(text)) {
        expect(document.errors).toEqual([]);
        const value: unknown = document.toJS();
        expect(usesIn(value).flatMap(problemsOfUse)).toEqual([]);
        if (isConfig(value)) {
          expect(() => parseConfig(text, path, configSchema)).not.toThrow();
        }
      }
    }
  });
});
