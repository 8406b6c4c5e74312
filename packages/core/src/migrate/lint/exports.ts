import type { Expression, Program } from 'acorn';
import { bind } from './evaluate-calls.ts';
import type { ParsedMigration } from './parse.ts';
import { Scope, type Value } from './scope.ts';
import { evaluate, member, memberName } from './values.ts';

/** What a migration exports, as far as the source shows it. */
export interface MigrationExports {
  readonly scope: Scope;
  get(name: string): Value | undefined;
  /** Something else may be exported too, which comes from another file or is computed. */
  readonly isOpen: boolean;
}

/** The scope of a file: its functions and classes first, as they are known before anything runs. */
function fileScope({ body }: Program): Scope {
  const scope = new Scope();
  const declared = body.map((node) =>
    (node.type === 'ExportNamedDeclaration' || node.type === 'ExportDefaultDeclaration') &&
    node.declaration
      ? node.declaration
      : node,
  );
  for (const node of declared) {
    if (node.type === 'FunctionDeclaration' && node.id) {
      scope.declare(node.id.name, { kind: 'function', node, scope });
    }
    if (node.type === 'ClassDeclaration' && node.id) {
      scope.declare(node.id.name, { kind: 'class', node, scope });
    }
  }
  for (const node of declared) {
    if (node.type !== 'VariableDeclaration') continue;
    for (const { id, init } of node.declarations) {
      bind(id, init ? evaluate(init, scope) : undefined, scope);
    }
  }
  return scope;
}

/** The name below `module.exports` or `exports` that `node` is; empty for `module.exports` itself. */
function commonJsName(node: Expression): string | undefined {
  if (node.type === 'Identifier') return node.name === 'exports' ? '' : undefined;
  if (node.type !== 'MemberExpression' || node.object.type === 'Super') return undefined;
  const name = memberName(node);
  if (node.object.type === 'Identifier' && node.object.name === 'module') {
    return name === 'exports' ? '' : undefined;
  }
  return commonJsName(node.object) === '' ? name : undefined;
}

/** What `program` exports, in whichever of the ways that Node knows. */
export function exportsOf({ program }: Pick<ParsedMigration, 'program'>): MigrationExports {
  const scope = fileScope(program);
  const named = new Map<string, Value | undefined>();
  let whole: Value | undefined;
  let isOpen = false;
  const setWhole = (value: Value | undefined): void => {
    whole = value;
    if (value === undefined) isOpen = true;
    if (value?.kind === 'literal' && value.node.type === 'ObjectExpression') {
      isOpen ||= value.node.properties.some((one) => one.type === 'SpreadElement' || one.computed);
      scope.declare('this', value);
    }
  };
  const assign = (left: Expression, right: Expression): void => {
    const name = commonJsName(left);
    if (name === undefined) return;
    // exports = module.exports = {…}: the inner one counts.
    if (right.type === 'AssignmentExpression') assign(right.left as Expression, right.right);
    const value = evaluate(right, scope);
    if (name === '') setWhole(value);
    else named.set(name, value ?? { kind: 'answer' });
  };
  for (const node of program.body) {
    switch (node.type) {
      case 'ExpressionStatement': {
        const { expression } = node;
        if (expression.type === 'AssignmentExpression') {
          assign(expression.left as Expression, expression.right);
        }
        break;
      }
      case 'ExportAllDeclaration':
        isOpen = true;
        break;
      case 'ExportDefaultDeclaration': {
        const { declaration } = node;
        if (declaration.type === 'FunctionDeclaration') break;
        if (declaration.type === 'ClassDeclaration') {
          setWhole({ kind: 'class', node: declaration, scope });
        } else setWhole(evaluate(declaration, scope));
        break;
      }
      case 'ExportNamedDeclaration': {
        for (const { local, exported } of node.specifiers) {
          const name = exported.type === 'Identifier' ? exported.name : String(exported.value);
          const own = local.type === 'Identifier' ? scope.get(local.name) : undefined;
          // Imported under that name: it is there, though not to be looked into.
          named.set(name, own ?? { kind: 'answer' });
        }
        const { declaration } = node;
        if (declaration?.type === 'VariableDeclaration') {
          for (const { id } of declaration.declarations) {
            if (id.type === 'Identifier')
              named.set(id.name, scope.get(id.name) ?? { kind: 'answer' });
          }
        } else if (declaration) named.set(declaration.id.name, scope.get(declaration.id.name));
        break;
      }
      default:
        break;
    }
  }
  return { scope, isOpen, get: (name) => named.get(name) ?? member(whole, name) };
}
