import type { CallExpression, Expression, MemberExpression, Pattern, Super } from 'acorn';
import { CURSOR_ENDS, CURSOR_METHODS, READS } from './driver.ts';
import { methodOf, readsDatabase, returnedBy } from './evaluate-calls.ts';
import type { Scope, Value } from './scope.ts';

type Literal = Extract<Value, { readonly kind: 'literal' }>;

/** `value` where it stands in the source; the first one where it is one of several. */
export function literalOf(value: Value | undefined): Literal | undefined {
  if (value?.kind === 'one-of') return literalOf(value.values[0]);
  return value?.kind === 'literal' ? value : undefined;
}

/** The texts that `node` may be; none where that cannot be seen. */
export function textsOf(node: Expression | undefined, scope: Scope): readonly string[] {
  return node ? textsOfValue(evaluate(node, scope)) : [];
}

function textsOfValue(value: Value | undefined): readonly string[] {
  if (value?.kind === 'one-of') return value.values.flatMap(textsOfValue);
  if (value?.kind !== 'literal') return [];
  const { node, scope } = value;
  if (node.type === 'Literal') return typeof node.value === 'string' ? [node.value] : [];
  if (node.type === 'TemplateLiteral') {
    const parts = node.expressions.map((one) => textsOf(one, scope)[0]);
    if (parts.includes(undefined)) return [];
    return [node.quasis.map(({ value }, index) => value.cooked + (parts[index] ?? '')).join('')];
  }
  if (node.type === 'BinaryExpression' && node.left.type !== 'PrivateIdentifier') {
    const [left] = textsOf(node.left, scope);
    const [right] = textsOf(node.right, scope);
    return left === undefined || right === undefined ? [] : [left + right];
  }
  return [];
}

/** What one element of `value` is, where it is looped over. */
export function elementOf(value: Value | undefined): Value | undefined {
  switch (value?.kind) {
    case 'cursor':
      return { kind: 'document' };
    case 'list':
      return value.element;
    case 'answer':
      return { kind: 'answer' };
    case 'literal': {
      const { node, scope } = value;
      if (node.type !== 'ArrayExpression') return undefined;
      const values = node.elements.flatMap((one) => {
        const element = one && one.type !== 'SpreadElement' ? evaluate(one, scope) : undefined;
        return element ? [element] : [];
      });
      return values.length > 0 ? { kind: 'one-of', values } : undefined;
    }
    default:
      return undefined;
  }
}

/** The member `name` of `value`. */
export function member(value: Value | undefined, name: string): Value | undefined {
  switch (value?.kind) {
    case 'context':
      if (name === 'session') return { kind: 'session' };
      return name === 'batches' ? { kind: 'batches' } : undefined;
    case 'document':
    case 'answer':
      return { kind: 'answer' };
    case 'list':
      return name === 'length' ? elementOf(value) && { kind: 'answer' } : undefined;
    case 'one-of': {
      const values = value.values.flatMap((one) => member(one, name) ?? []);
      return values.length > 0 ? { kind: 'one-of', values } : undefined;
    }
    case 'class':
    case 'instance':
      return methodOf(value, name);
    case 'literal':
      return ofLiteral(value, name);
    default:
      return undefined;
  }
}

function ofLiteral({ node, scope }: Literal, name: string): Value | undefined {
  if (node.type === 'ArrayExpression') {
    const element = node.elements[Number(name)];
    return element && element.type !== 'SpreadElement' ? evaluate(element, scope) : undefined;
  }
  if (node.type !== 'ObjectExpression') return undefined;
  for (const property of node.properties) {
    if (property.type !== 'Property' || property.computed) continue;
    const { key } = property;
    const own = key.type === 'Identifier' ? key.name : key.type === 'Literal' ? key.value : '';
    if (own === name) return evaluate(property.value, scope);
  }
  return undefined;
}

/** The name of the member that `node` takes, where it is written out. */
export function memberName({ property, computed }: MemberExpression): string | undefined {
  if (property.type === 'Identifier') return computed ? undefined : property.name;
  return property.type === 'Literal' ? String(property.value) : undefined;
}

function ofCall(node: CallExpression, scope: Scope): Value | undefined {
  const [first] = node.arguments;
  const argument = first?.type === 'SpreadElement' ? undefined : first;
  if (node.callee.type !== 'MemberExpression') {
    const callee = evaluate(node.callee, scope);
    if (callee?.kind === 'batches') return { kind: 'answer' };
    return callee?.kind === 'function' ? returnedBy(callee, node.arguments, scope) : undefined;
  }
  const name = memberName(node.callee) ?? '';
  const receiver = evaluate(node.callee.object, scope);
  switch (receiver?.kind) {
    case 'client':
      if (name === 'db') return { kind: 'database' };
      return name === 'startSession' ? { kind: 'session' } : undefined;
    case 'database':
      if (name === 'collection' || name === 'createCollection') {
        return { kind: 'collection', collections: textsOf(argument, scope) };
      }
      if (name === 'admin') return { kind: 'admin' };
      if (CURSOR_METHODS.has(name)) return { kind: 'cursor', collections: [] };
      return { kind: 'answer' };
    case 'admin':
      return { kind: 'answer' };
    case 'collection': {
      const { collections } = receiver;
      if (/^initialize(?:Un)?[oO]rderedBulkOp$/.test(name)) return { kind: 'bulk', collections };
      if (CURSOR_METHODS.has(name)) return { kind: 'cursor', collections };
      if (name === 'findOne') return { kind: 'document' };
      return READS.has(name) ? { kind: 'answer' } : undefined;
    }
    case 'bulk':
      if (name !== 'find') return receiver;
      return { kind: 'bulk-find', collections: receiver.collections, filter: argument, scope };
    case 'bulk-find':
      return name === 'upsert' ? { kind: 'answer' } : receiver;
    case 'cursor':
      if (!CURSOR_ENDS.has(name)) return receiver;
      if (name === 'toArray') return { kind: 'list', element: { kind: 'document' } };
      return name.endsWith('ext') && name !== 'hasNext' ? { kind: 'document' } : { kind: 'answer' };
    case 'context':
      return { kind: 'answer' };
    default:
      return ofPlainCall(node, node.callee, name, receiver, scope);
  }
}

/** What becomes of arrays, objects and local functions. */
function ofPlainCall(
  { arguments: given }: CallExpression,
  callee: MemberExpression,
  name: string,
  receiver: Value | undefined,
  scope: Scope,
): Value | undefined {
  const [first] = given;
  const argument = first && first.type !== 'SpreadElement' ? evaluate(first, scope) : undefined;
  const { object } = callee;
  if (object.type === 'Identifier' && object.name === 'Object') {
    const literal = literalOf(argument);
    if (literal?.node.type !== 'ObjectExpression') return argument && { kind: 'answer' };
    const properties = literal.node.properties.filter((one) => one.type === 'Property');
    const values = properties.flatMap((one): readonly Value[] => {
      const value = evaluate(one.value, literal.scope);
      return name === 'values' && value ? [value] : [];
    });
    return { kind: 'list', element: values.length > 0 ? { kind: 'one-of', values } : undefined };
  }
  if (name === 'map' && argument?.kind === 'function') {
    const element = returnedBy(argument, [elementOf(receiver)], scope);
    return { kind: 'list', element };
  }
  if (/^(?:filter|slice|flat|concat|reverse|sort)$/.test(name)) return receiver;
  if (name === 'bind') return receiver;
  const method = evaluate(callee, scope);
  if (method?.kind === 'function') return returnedBy(method, given, scope);
  if (receiver?.kind === 'list' && elementOf(receiver)) return { kind: 'answer' };
  return receiver?.kind === 'answer' || receiver?.kind === 'document'
    ? { kind: 'answer' }
    : undefined;
}

/** What `node` is, as far as that can be seen without running it. */
export function evaluate(node: Expression | Super | Pattern, scope: Scope): Value | undefined {
  switch (node.type) {
    case 'Identifier':
      return scope.get(node.name);
    case 'ThisExpression':
      return scope.get('this');
    case 'AwaitExpression':
      return evaluate(node.argument, scope);
    case 'ChainExpression':
    case 'ParenthesizedExpression':
      return evaluate(node.expression, scope);
    case 'AssignmentExpression':
      return evaluate(node.right, scope);
    case 'SequenceExpression':
      return evaluate(node.expressions.at(-1) ?? node, scope);
    case 'ConditionalExpression':
      return evaluate(node.consequent, scope) ?? evaluate(node.alternate, scope);
    case 'LogicalExpression':
      return evaluate(node.left, scope) ?? evaluate(node.right, scope);
    case 'ArrowFunctionExpression':
    case 'FunctionExpression':
      return { kind: 'function', node, scope };
    case 'ClassExpression':
      return { kind: 'class', node, scope };
    case 'NewExpression': {
      const callee = evaluate(node.callee, scope);
      if (callee?.kind === 'class') return { ...callee, kind: 'instance' };
      return readsDatabase(node.arguments, scope) ? { kind: 'answer' } : undefined;
    }
    case 'Literal':
    case 'TemplateLiteral':
    case 'ObjectExpression':
    case 'ArrayExpression':
    case 'BinaryExpression':
      return { kind: 'literal', node, scope };
    case 'MemberExpression': {
      const name = memberName(node);
      const object = evaluate(node.object, scope);
      return name === undefined ? elementOf(object) : member(object, name);
    }
    case 'CallExpression':
      return ofCall(node, scope);
    default:
      return undefined;
  }
}
