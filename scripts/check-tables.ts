import { type CheckType, checkSchema } from '@paal/core/config/check-schema';
import { commonKeys } from '@paal/core/config/checks/shared-keys';
import * as z from 'zod';

interface Schema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly default?: unknown;
}

const COMMON = Object.keys(commonKeys);

function cell(text: string): string {
  return text.trim().replaceAll('|', '\\|').replaceAll('\n', ' ');
}

function code(value: unknown): string {
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}

/** `what it is; default: X` as two cells. */
function describe(name: string, schema: Schema, required: boolean): readonly [string, string] {
  const { description } = schema;
  if (!description) throw new Error(`the key ${name} of a check has no description`);
  const [meaning = '', fallback = ''] = description.split(/; default: /);
  const values = schema.enum ? `: ${schema.enum.map(code).join(', ')}` : '';
  const stated = schema.default === undefined ? fallback : code(schema.default);
  const shown = isEmpty(schema.default) ? fallback : stated;
  return [cell(`${meaning}${values}`), required ? '**required**' : cell(shown)];
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

function rows(schema: Schema, prefix: string, skipped: readonly string[]): readonly string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, inner]) => {
    if (skipped.includes(key)) return [];
    const name = `${prefix}${key}`;
    const [meaning, fallback] = describe(name, inner, schema.required?.includes(key) ?? false);
    return [`| \`${name}\` | ${meaning} | ${fallback} |`, ...rows(inner, `${name}.`, [])];
  });
}

const HEAD = ['| key | what it is | default |', '|---|---|---|'];

function schemaOf(type: z.ZodType): Schema {
  return z.toJSONSchema(type, { io: 'input', unrepresentable: 'any' }) as Schema;
}

/** The Markdown table of the keys that a type of check has beside the common ones; by type. */
export function checkTables(): ReadonlyMap<CheckType, string> {
  const types = Object.entries(schemaOf(checkSchema).properties ?? {});
  return new Map(
    types.map(([type, schema]) => [
      type as CheckType,
      [...HEAD, ...rows(schema, '', COMMON)].join('\n'),
    ]),
  );
}

/** The Markdown table of the keys that every check has. */
export function commonTable(): string {
  return [...HEAD, ...rows(schemaOf(z.strictObject(commonKeys)), '', [])].join('\n');
}
