import * as z from 'zod';
import { formatPosition, UserError } from '../errors.ts';
import { didYouMean } from './names.ts';
import { parseYaml } from './yaml.ts';

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly propertyNames?: { readonly enum?: readonly string[] };
}

/** The keys that `schema` knows at `path`. */
function knownKeys(schema: z.ZodType, path: readonly PropertyKey[]): readonly string[] {
  let node: JsonSchema | undefined = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
  }) as JsonSchema;
  for (const key of path) {
    const other: JsonSchema['additionalProperties'] = node?.additionalProperties;
    node =
      typeof key === 'number'
        ? node?.items
        : (node?.properties?.[String(key)] ?? (typeof other === 'object' ? other : undefined));
  }
  return node?.propertyNames?.enum ?? Object.keys(node?.properties ?? {});
}

/**
 * Checks `text` (one YAML document) against `schema`.
 * @throws UserError with file, line, column and, for an unknown key, the nearest known one
 */
export function parseConfig<S extends z.ZodType>(
  text: string,
  file: string,
  schema: S,
): z.output<S> {
  const [document] = parseYaml(text, file, '1.2');
  const result = schema.safeParse(document?.value ?? {});
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  if (!issue || !document) throw new UserError(`${file}: ${result.error.message}`);
  const where = issue.path.map(String).join('.') || 'top level';
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0] ?? '';
    const position = document.keyPosition(issue.path, key);
    const known = knownKeys(schema, issue.path);
    throw new UserError(
      `${formatPosition(position)}: unknown key "${key}" (${where}).${didYouMean(key, known)} ` +
        `Known keys: ${known.join(', ')}.`,
      { position },
    );
  }
  const missing = issue.code === 'invalid_type' && issue.message.endsWith('received undefined');
  const key = issue.path.at(-1);
  if (missing && typeof key === 'string') {
    const owner = issue.path.slice(0, -1);
    const position = document.position(owner);
    const place = owner.map(String).join('.') || 'top level';
    throw new UserError(`${formatPosition(position)}: ${place}: the key "${key}" is missing`, {
      position,
    });
  }
  const position = document.position(issue.path);
  throw new UserError(`${formatPosition(position)}: ${where}: ${issue.message}`, { position });
}
