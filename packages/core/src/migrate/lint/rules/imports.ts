import type { AnyNode } from 'acorn';
import { full } from 'acorn-walk';
import type { Found, Migration } from '../migration.ts';
import { memberName } from '../values.ts';
import type { Rule } from './rule.ts';

/** Aliases of an application's own code that bundlers and tsconfig.json commonly have. */
const ALIAS = /^(?:@\/|~\/|#|src\/|app\/)/;

function isApplication(specifier: string): boolean {
  if (specifier.endsWith('.json') || /migration|\blog(?:ger|ging)?\b/i.test(specifier))
    return false;
  return specifier.startsWith('../') || ALIAS.test(specifier);
}

function specifierOf(node: AnyNode): string | undefined {
  let source: AnyNode | null | undefined;
  if (/^(?:Import|ExportNamed|ExportAll)Declaration$|^ImportExpression$/.test(node.type)) {
    ({ source } = node as AnyNode & { source?: AnyNode | null });
  } else if (
    node.type === 'CallExpression' &&
    node.callee.type === 'Identifier' &&
    node.callee.name === 'require'
  ) {
    [source] = node.arguments;
  }
  return source?.type === 'Literal' && typeof source.value === 'string' ? source.value : undefined;
}

const WHY =
  'It goes on changing, and a migration that has run on one database does another thing on the next, or ' +
  'does not load any more.';

function check({ parsed }: Migration): readonly Found[] {
  const found: Found[] = [];
  let mongoose: AnyNode | undefined;
  full(parsed.program, (node) => {
    const specifier = specifierOf(node);
    if (specifier === 'mongoose') mongoose = node;
    if (specifier === undefined || !isApplication(specifier)) return;
    const message = `Uses the application's own code, ${specifier}. ${WHY} Write what is needed here, with the driver alone.`;
    found.push({ node, message });
  });
  if (!mongoose) return found;
  full(parsed.program, (node) => {
    if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return;
    const { object } = node.callee;
    const name = memberName(node.callee);
    if (object.type !== 'Identifier' || object.name !== 'mongoose') return;
    if (name !== 'model' && name !== 'connect') return;
    const message =
      name === 'model'
        ? `Uses a model of mongoose. ${WHY} Use db.collection(…), which up is called with.`
        : 'Makes a connection of its own, which may be to another database, and takes part in no transaction. Use the db that up is called with.';
    found.push({ node, message });
  });
  return found;
}

/** It cannot see what a package of the repository's own, such as one of a monorepo, holds. */
export const appModelImport: Rule = {
  severity: 'warning',
  finds:
    "An import of the application's code (`../`, `@/`, `~/`, `src/` …; not JSON, not a logger, not what has migration in its name), a model or a connection of mongoose.",
  instead: 'What is needed, written into the migration, with the driver alone.',
  check,
};
