import type { AnyNode, CallExpression, Expression } from 'acorn';
import { full } from 'acorn-walk';
import type { ParsedMigration } from './parse.ts';
import { memberName } from './values.ts';

const PROMISE_METHODS = /^(?:then|catch|finally)$/;

/** Whether `name` is used in `parsed` for more than having promises pushed to it. */
function isUsed(name: string, { program, parents }: ParsedMigration): boolean {
  let used = false;
  full(program, (node) => {
    if (used || node.type !== 'Identifier' || node.name !== name) return;
    const parent = parents.get(node);
    if (parent?.type === 'VariableDeclarator' && parent.id === node) return;
    if (parent?.type === 'AssignmentExpression' && parent.left === node) return;
    if (parent?.type === 'MemberExpression') {
      if (parent.property === node && !parent.computed) return;
      if (parent.object === node && memberName(parent) === 'push') return;
    }
    if (parent?.type === 'Property' && parent.key === node && !parent.shorthand) return;
    used = true;
  });
  return used;
}

/** `array.push(…)`: the name of the array. */
function pushedTo({ callee }: CallExpression): string | undefined {
  if (callee.type !== 'MemberExpression' || memberName(callee) !== 'push') return undefined;
  return callee.object.type === 'Identifier' ? callee.object.name : undefined;
}

/**
 * Whether somebody waits for the promise that `node` gives: it is awaited or returned, goes into
 * another call such as `Promise.all`, or into a variable that is used. Who waits for what a function
 * returns is the caller's question.
 */
export function isAwaited(node: Expression, parsed: ParsedMigration): boolean {
  let inner: AnyNode = node;
  for (;;) {
    const outer = parsed.parents.get(inner);
    switch (outer?.type) {
      case undefined:
      case 'ExpressionStatement':
        return false;
      case 'UnaryExpression':
        return outer.operator !== 'void';
      case 'ConditionalExpression':
      case 'LogicalExpression':
      case 'ChainExpression':
      case 'ParenthesizedExpression':
        break;
      case 'SequenceExpression':
        if (outer.expressions.at(-1) !== inner) return false;
        break;
      case 'MemberExpression': {
        const call = parsed.parents.get(outer);
        const isChain = PROMISE_METHODS.test(memberName(outer) ?? '');
        if (!isChain || call?.type !== 'CallExpression' || call.callee !== outer) return true;
        inner = call;
        continue;
      }
      case 'CallExpression': {
        const array = pushedTo(outer);
        return array === undefined || isUsed(array, parsed);
      }
      case 'VariableDeclarator':
        return outer.id.type !== 'Identifier' || isUsed(outer.id.name, parsed);
      case 'AssignmentExpression':
        return outer.left.type !== 'Identifier' || isUsed(outer.left.name, parsed);
      default:
        return true;
    }
    inner = outer;
  }
}
