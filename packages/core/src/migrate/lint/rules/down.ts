import type { Statement } from 'acorn';
import { constantOf } from '../literals.ts';
import { type Found, functionOf, type Migration } from '../migration.ts';
import type { Rule } from './rule.ts';

/** Whether a statement does nothing to the database: a log line, a bare return. */
function isIdle(statement: Statement): boolean {
  if (statement.type === 'EmptyStatement') return true;
  if (statement.type === 'ReturnStatement') {
    const { argument } = statement;
    const isResolve =
      argument?.type === 'CallExpression' &&
      argument.callee.type === 'MemberExpression' &&
      argument.callee.object.type === 'Identifier' &&
      argument.callee.object.name === 'Promise';
    return !argument || argument.type === 'Literal' || argument.type === 'Identifier' || isResolve;
  }
  if (statement.type !== 'ExpressionStatement') return false;
  const { expression } = statement;
  if (expression.type === 'Literal' || expression.type === 'Identifier') return true;
  return (
    expression.type === 'CallExpression' &&
    expression.callee.type === 'MemberExpression' &&
    expression.callee.object.type === 'Identifier' &&
    expression.callee.object.name === 'console'
  );
}

const SAY =
  'Write a down that undoes what up does, or say why there is none: export const irreversible = "reason". ' +
  'A release whose migrations cannot be reverted can only be mended forwards.';

function check(migration: Migration): readonly Found[] {
  const { exports } = migration;
  const up = functionOf(migration, 'up');
  const irreversible = exports.get('irreversible');
  if (irreversible !== undefined) {
    const reason = constantOf(irreversible);
    const isReason = irreversible.kind !== 'literal' || irreversible.node.type !== 'Literal';
    if (isReason || (typeof reason === 'string' && reason.trim() !== '')) return [];
    const node = irreversible.kind === 'literal' ? irreversible.node : undefined;
    return [{ node, message: `irreversible does not say why. Give the reason as a text. ${SAY}` }];
  }
  if (exports.get('down') === undefined) {
    return exports.isOpen ? [] : [{ node: up?.node, message: `There is no down. ${SAY}` }];
  }
  const down = functionOf(migration, 'down');
  if (down?.node.body.type !== 'BlockStatement') return [];
  const { body } = down.node.body;
  const last = body.at(-1);
  if (last?.type === 'ThrowStatement' && body.slice(0, -1).every(isIdle)) {
    return [{ node: down.node, message: `down does nothing but throw. ${SAY}` }];
  }
  if (!body.every(isIdle)) return [];
  const message = `down is empty: a migration that is reverted would count as reverted, with everything it did still there. ${SAY}`;
  return [{ node: down.node, message }];
}

/** It cannot see what a `down` from another file does, nor whether one undoes all that `up` does. */
export const noDown: Rule = {
  severity: 'warning',
  finds: 'An up without a down; a down that is empty, or does nothing but throw.',
  instead:
    'Write the down, or `export const irreversible = "reason"`, by which nobody takes it for reverted.',
  check,
};
