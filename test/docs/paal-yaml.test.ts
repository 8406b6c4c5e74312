import { beforeAll, describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { parseConfig } from '../../packages/core/src/config/parse.ts';
import { configSchema } from '../../packages/core/src/config/schema.ts';
import { type Page, readPage } from './markdown.ts';
import { readYaml } from './repository-files.ts';

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly enum?: readonly string[];
  readonly default?: unknown;
}

/** A key of the file that has no keys of its own. */
interface Key {
  readonly schema: Schema;
  readonly required: boolean;
}

function keysOf(schema: Schema, path: string, required: boolean, into: Map<string, Key>): void {
  const { properties, additionalProperties: values, items } = schema;
  if (properties) {
    for (const [name, inner] of Object.entries(properties)) {
      const below = path === '' ? name : `${path}.${name}`;
      keysOf(inner, below, schema.required?.includes(name) ?? false, into);
    }
  } else if (typeof values === 'object' && values.properties) {
    keysOf(values, `${path}.NAME`, false, into);
  } else if (items?.properties) {
    keysOf(items, `${path}[]`, false, into);
  } else {
    into.set(path, { schema, required });
  }
}

/** As the file has it. */
function written(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The default that an action's input names at the end of its description. */
function defaultOf(description: string): string | undefined {
  return /(?:Default - |else )([\w-]+)\.$/.exec(description)?.[1];
}

describe('the page about paal.yaml', () => {
  const keys = new Map<string, Key>();
  const rows = new Map<string, { readonly meaning: string; readonly fallback: string }>();
  let page: Page;
  beforeAll(async () => {
    page = await readPage('docs/paal-yaml.md');
    const schema = z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' });
    keysOf(schema as Schema, '', false, keys);
    // The README of paal/verify-health has tables of these, made from the schema.
    for (const key of keys.keys()) if (key.includes('verify.checks[].')) keys.delete(key);
    for (const { cells } of page.rows) {
      const [key = '', meaning = '', fallback = ''] = cells;
      rows.set(key.replaceAll('`', ''), { meaning, fallback });
    }
  });

  test('has every key of the schema, and no other', () => {
    const sections = [...keys.keys()].filter((key) => !key.startsWith('environments.'));
    const own = ['branch', 'namespace', 'url'].map((name) => `environments.NAME.${name}`);
    expect([...rows.keys()].sort()).toEqual([...sections, ...own].sort());
  });

  test('is right that every key may stand under an environment', () => {
    const below = (prefix: string): readonly string[] =>
      [...keys.keys()]
        .filter((key) => key.startsWith(prefix))
        .map((key) => key.slice(prefix.length))
        .filter((key) => !/^(app|environments\..*|branch|namespace|url)$/.test(key));
    expect(below('environments.NAME.')).toEqual(below(''));
  });

  test('has the values that a key may have, its default, and whether it is required', () => {
    for (const [key, { meaning, fallback }] of rows) {
      const { schema, required } = keys.get(key) ?? { schema: {}, required: false };
      for (const value of schema.enum ?? []) expect(`${key}: ${meaning}`).toContain(`\`${value}\``);
      expect(`${key}: ${fallback === '**required**'}`).toBe(`${key}: ${required}`);
      if (schema.default !== undefined) {
        expect(`${key}: ${fallback}`).toBe(`${key}: \`${written(schema.default)}\``);
      }
    }
  });

  test.each([
    ['rollout', 'k8s-rollout'],
    ['migrations', 'migrate'],
    ['verify', 'verify-health'],
  ])('has the defaults of %s that paal/%s names', async (section, action) => {
    const { inputs } = await readYaml<{ inputs: Record<string, { description: string }> }>(
      `actions/${action}/action.yml`,
    );
    const named = Object.entries(inputs).flatMap(([name, { description }]) => {
      const fallback = defaultOf(description);
      const key = `${section}.${name}`;
      return fallback && rows.has(key) ? [[key, `\`${fallback}\``]] : [];
    });
    expect(named.length).toBeGreaterThan(1);
    expect(named.map(([key = '']) => [key, rows.get(key)?.fallback])).toEqual(named);
  });

  test('has examples that are valid', () => {
    const files = page.blocks.filter(({ language }) => language === 'yaml');
    expect(files).toHaveLength(2);
    for (const { text } of files) {
      expect(() => parseConfig(text, 'paal.yaml', configSchema)).not.toThrow();
    }
  });
});
