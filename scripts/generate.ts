import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { configSchema } from '@paal/core/config/schema';
import { RULES } from '@paal/core/migrate/lint/rules/registry';
import { Command } from 'commander';
import { parse } from 'yaml';
import * as z from 'zod';
import { actionNames } from './build.ts';
import { checkTables, commonTable } from './check-tables.ts';
import { repositoryRoot } from './repository.ts';

/** Characters that the Marketplace takes. */
export const MOST_DESCRIPTION = 125;

interface ActionMetadata {
  readonly name: string;
  readonly description: string;
  readonly inputs?: Readonly<Record<string, ActionInput>>;
  readonly outputs?: Readonly<Record<string, { readonly description?: string }>>;
}

interface ActionInput {
  readonly description?: string;
  readonly required?: boolean;
  readonly default?: string;
}

function cell(text: string): string {
  return text.trim().replaceAll('|', '\\|').replaceAll('\n', ' ');
}

function describe(owner: string, kind: string, description: string | undefined): string {
  if (!description?.trim()) throw new Error(`${owner}: the ${kind} has no description`);
  return cell(description);
}

/** The Markdown table of an action's inputs. */
export function inputsTable(name: string, metadata: ActionMetadata): string {
  const rows = Object.entries(metadata.inputs ?? {}).map(([input, { description, ...rest }]) => {
    const fallback = rest.required
      ? '**required**'
      : rest.default
        ? `\`${cell(rest.default)}\``
        : '';
    return `| \`${input}\` | ${describe(name, `input ${input}`, description)} | ${fallback} |`;
  });
  return ['| input | what it is | default |', '|---|---|---|', ...rows].join('\n');
}

/** The Markdown table of an action's outputs. */
export function outputsTable(name: string, metadata: ActionMetadata): string {
  const rows = Object.entries(metadata.outputs ?? {}).map(
    ([output, { description }]) =>
      `| \`${output}\` | ${describe(name, `output ${output}`, description)} |`,
  );
  return ['| output | what it is |', '|---|---|', ...rows].join('\n');
}

/** The Markdown table of the linter's rules. */
export function rulesTable(): string {
  const rows = Object.entries(RULES).map(
    ([name, { severity, finds, instead }]) =>
      `| \`${name}\` | ${severity} | ${cell(finds)} | ${cell(instead)} |`,
  );
  return ['| rule | severity | finds | instead |', '|---|---|---|---|', ...rows].join('\n');
}

/** `text` with what stands between `<!-- name -->` and `<!-- /name -->` replaced. */
export function replaceSection(text: string, name: string, content: string): string {
  const section = new RegExp(`(<!-- ${name} -->\n)[\\s\\S]*?(<!-- /${name} -->)`);
  if (!section.test(text)) throw new Error(`The markers of section "${name}" are missing`);
  return text.replace(section, (_, start: string, end: string) => `${start}${content}\n${end}`);
}

/** Everything that is generated: path below the repository's root → content. */
export async function generated(): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  for (const name of await actionNames()) {
    const path = join('actions', name, 'README.md');
    const metadata = parse(
      await readFile(join(repositoryRoot, 'actions', name, 'action.yml'), 'utf8'),
    ) as ActionMetadata;
    if (metadata.description.length > MOST_DESCRIPTION) {
      throw new Error(
        `${name}: the description is longer than the ${MOST_DESCRIPTION} characters of the Marketplace`,
      );
    }
    const readme = await readFile(join(repositoryRoot, path), 'utf8');
    const withInputs = replaceSection(readme, 'inputs', inputsTable(name, metadata));
    files.set(path, replaceSection(withInputs, 'outputs', outputsTable(name, metadata)));
  }
  const checks = 'actions/verify-health/README.md';
  let text = replaceSection(files.get(checks) ?? '', 'check-keys', commonTable());
  for (const [type, table] of checkTables()) text = replaceSection(text, `check ${type}`, table);
  files.set(checks, text);
  const lint = 'docs/migration-lint.md';
  const page = await readFile(join(repositoryRoot, lint), 'utf8');
  files.set(lint, replaceSection(page, 'rules', rulesTable()));
  const schema = z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' });
  files.set('docs/paal.schema.json', `${JSON.stringify(schema, undefined, 2)}\n`);
  return files;
}

if (import.meta.main) {
  await new Command('npm run generate --')
    .description(
      'Writes the tables of the READMEs, of the rules for migrations, and the JSON Schema of paal.yaml.',
    )
    .action(async () => {
      for (const [path, content] of await generated()) {
        await writeFile(join(repositoryRoot, path), content);
      }
    })
    .parseAsync();
}
