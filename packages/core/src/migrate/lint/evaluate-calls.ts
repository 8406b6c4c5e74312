import type { AnyNode, BlockStatement, Expression, Pattern, SpreadElement } from 'acorn';
import { full } from 'acorn-walk';
import { type FunctionNode, Scope, type Value } from './scope.ts';
import { elementOf, evaluate, member } from './values.ts';

type Callable = Extract<Value, { readonly kind: 'function' }>;
type Given = Expression | SpreadElement | Value | undefined;

/** Functions that are being looked into: one that calls itself gives nothing more. */
const entered = new Set<FunctionNode>();

/** Makes the names of `pattern` known in `scope`, each with its part of `value`. */
export function bind(pattern: Pattern, value: Value | undefined, scope: Scope): void {
  switch (pattern.type) {
    case 'Identifier':
      scope.declare(pattern.name, value);
      break;
    case 'AssignmentPattern':
      bind(pattern.left, value ?? evaluate(pattern.right, scope), scope);
      break;
    case 'ObjectPattern':
      for (const property of pattern.properties) {
        if (property.type === 'RestElement') bind(property.argument, undefined, scope);
        else {
          const { key } = property;
          const name = key.type === 'Identifier' ? key.name : '';
          bind(property.value, member(value, name), scope);
        }
      }
      break;
    case 'ArrayPattern':
      for (const [index, element] of pattern.elements.entries()) {
        if (!element) continue;
        const own = member(value, String(index));
        bind(element, own ?? (value?.kind === 'list' ? elementOf(value) : undefined), scope);
      }
      break;
    case 'RestElement':
      bind(pattern.argument, undefined, scope);
      break;
    default:
      break;
  }
}

function isNode(given: Given): given is Expression | SpreadElement {
  return given !== undefined && 'type' in given;
}

/** The scope inside of `callee`, with its parameters. */
export function scopeOfCall(callee: Callable, given: readonly Given[], scope: Scope): Scope {
  const inner = new Scope(callee.scope);
  for (const [index, parameter] of callee.node.params.entries()) {
    const argument = given[index];
    const value = !isNode(argument)
      ? argument
      : argument.type === 'SpreadElement'
        ? undefined
        : evaluate(argument, scope);
    bind(parameter, value, inner);
  }
  return inner;
}

/** What calling `callee` gives; of several `return`s the first one about which something is known. */
export function returnedBy(
  callee: Callable,
  given: readonly Given[],
  scope: Scope,
): Value | undefined {
  if (entered.has(callee.node)) return undefined;
  entered.add(callee.node);
  try {
    const inner = scopeOfCall(callee, given, scope);
    const { body } = callee.node;
    const asks = given.some((one) => {
      const value = isNode(one)
        ? one.type === 'SpreadElement'
          ? undefined
          : evaluate(one, scope)
        : one;
      return value?.kind === 'database' || value?.kind === 'collection' || value?.kind === 'client';
    });
    if (body.type !== 'BlockStatement') return evaluate(body, inner);
    return ofBody(body, inner) ?? (asks ? { kind: 'answer' } : undefined);
  } finally {
    entered.delete(callee.node);
  }
}

function ofBody({ body }: BlockStatement, scope: Scope): Value | undefined {
  for (const statement of body) {
    if (statement.type === 'VariableDeclaration') {
      for (const { id, init } of statement.declarations) {
        bind(id, init ? evaluate(init, scope) : undefined, scope);
      }
    }
    if (statement.type === 'ReturnStatement' && statement.argument) {
      const value = evaluate(statement.argument, scope);
      if (value) return value;
    }
  }
  return undefined;
}

/** The method `name` of a class, or of an instance of one, also where a class above has it. */
export function methodOf(
  { kind, node, scope }: Extract<Value, { readonly kind: 'class' | 'instance' }>,
  name: string,
): Value | undefined {
  for (const element of node.body.body) {
    if (element.type !== 'MethodDefinition' && element.type !== 'PropertyDefinition') continue;
    if (element.static !== (kind === 'class') || element.computed) continue;
    const { key, value } = element;
    const own = key.type === 'Identifier' || key.type === 'PrivateIdentifier' ? key.name : '';
    if (own !== name || !value) continue;
    const inner = new Scope(scope);
    inner.declare('this', { kind, node, scope });
    return evaluate(value, inner);
  }
  const above = node.superClass ? evaluate(node.superClass, scope) : undefined;
  return above?.kind === 'class' ? methodOf({ ...above, kind }, name) : undefined;
}

const OF_DATABASE = new Set(['document', 'answer', 'cursor']);

function isAnswer(value: Value | undefined): boolean {
  if (value?.kind === 'list') return isAnswer(value.element);
  return value !== undefined && OF_DATABASE.has(value.kind);
}

/** Whether what the nodes give depends on what the database has answered. */
export function readsDatabase(
  nodes: readonly (AnyNode | Expression | SpreadElement)[],
  scope: Scope,
): boolean {
  let found = false;
  for (const root of nodes) {
    full(root, (node) => {
      if (found || !/^(?:Identifier|CallExpression|MemberExpression)$/.test(node.type)) return;
      if (isAnswer(evaluate(node as Expression, scope))) found = true;
      else if (node.type === 'CallExpression') {
        found = node.arguments.some((one) => {
          const value = one.type === 'SpreadElement' ? undefined : evaluate(one, scope);
          return value?.kind === 'database' || value?.kind === 'collection';
        });
      }
    });
  }
  return found;
}
