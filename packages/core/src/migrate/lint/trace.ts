import type { AnyNode, Expression, ForInStatement, ForOfStatement, Statement } from 'acorn';
import { type RecursiveVisitors, recursive, type WalkerCallback } from 'acorn-walk';
import { callsOf, type Walk } from './calls.ts';
import { bind, readsDatabase, scopeOfCall } from './evaluate-calls.ts';
import type { Context, DriverCall, Operation, Stray, Trace } from './operation.ts';
import type { ParsedMigration } from './parse.ts';
import { type FunctionNode, Scope, type Value } from './scope.ts';
import { elementOf, evaluate } from './values.ts';

/** What changes from one statement of a function to the next. */
export interface Activation {
  /** After `session.startTransaction()`. */
  inTransaction: boolean;
  /** After `if (await users.findOne(…)) return;`. */
  isGuarded: boolean;
}

/** Where the walk is. */
export interface Frame {
  readonly scope: Scope;
  readonly context: Context;
  readonly activation: Activation;
  /** The functions that are being walked through, the outermost first. */
  readonly stack: readonly FunctionNode[];
}

const NOWHERE: Context = { transaction: false, batched: false, overCursor: false, guarded: false };

/** Errors that say that something is done already. */
const ALREADY = /11000|duplicate|already|exists/i;

function within(frame: Frame, context: Partial<Context>): Frame {
  return { ...frame, context: { ...frame.context, ...context } };
}

/** Whether nothing after `statement` is reached once it has run. */
function leaves(statement: Statement | null | undefined): boolean {
  if (!statement) return false;
  if (statement.type === 'BlockStatement') return leaves(statement.body.at(-1));
  return /^(?:Return|Throw|Continue|Break)Statement$/.test(statement.type);
}

function declareFunctions(body: readonly AnyNode[], scope: Scope): void {
  for (const node of body) {
    if (node.type === 'FunctionDeclaration' && node.id) {
      scope.declare(node.id.name, { kind: 'function', node, scope });
    }
    if (node.type === 'ClassDeclaration' && node.id) {
      scope.declare(node.id.name, { kind: 'class', node, scope });
    }
  }
}

function valueOfInit(init: Expression | null | undefined, scope: Scope): Value | undefined {
  if (!init) return undefined;
  return evaluate(init, scope) ?? (readsDatabase([init], scope) ? { kind: 'answer' } : undefined);
}

function visitLoop(
  node: ForOfStatement | ForInStatement,
  frame: Frame,
  visit: WalkerCallback<Frame>,
): void {
  visit(node.right, frame);
  const over = evaluate(node.right, frame.scope);
  const scope = new Scope(frame.scope);
  const { left } = node;
  const pattern = left.type === 'VariableDeclaration' ? left.declarations[0]?.id : left;
  if (pattern && pattern.type !== 'MemberExpression') {
    bind(pattern, node.type === 'ForOfStatement' ? elementOf(over) : undefined, scope);
  }
  const overCursor = frame.context.overCursor || over?.kind === 'cursor';
  visit(node.body, { ...within(frame, { overCursor }), scope });
}

/** `while (await cursor.hasNext())`. */
function asksCursor(test: Expression, scope: Scope): boolean {
  let found = false;
  recursive(test, undefined, {
    CallExpression: ({ callee, arguments: given }, state, visit) => {
      if (callee.type === 'MemberExpression') {
        found ||= evaluate(callee.object, scope)?.kind === 'cursor';
      }
      for (const one of given) visit(one, state);
    },
  });
  return found;
}

const VISITORS = (walk: Walk): RecursiveVisitors<Frame> => ({
  BlockStatement: ({ body }, frame, visit) => {
    const inner = { ...frame, scope: new Scope(frame.scope) };
    declareFunctions(body, inner.scope);
    for (const statement of body) visit(statement, inner);
  },
  FunctionDeclaration: () => {},
  ClassDeclaration: () => {},
  // Walked through where they are called.
  FunctionExpression: () => {},
  ArrowFunctionExpression: () => {},
  VariableDeclaration: ({ declarations }, frame, visit) => {
    for (const { id, init } of declarations) {
      if (init) visit(init, frame);
      bind(id, valueOfInit(init, frame.scope), frame.scope);
    }
  },
  AssignmentExpression: ({ left, right }, frame, visit) => {
    visit(right, frame);
    if (left.type === 'Identifier') frame.scope.assign(left.name, valueOfInit(right, frame.scope));
  },
  IfStatement: ({ test, consequent, alternate }, frame, visit) => {
    visit(test, frame);
    const asks = readsDatabase([test], frame.scope);
    const inner = within(frame, { guarded: frame.context.guarded || asks });
    visit(consequent, inner);
    if (alternate) visit(alternate, inner);
    if (asks && (leaves(consequent) || leaves(alternate))) frame.activation.isGuarded = true;
  },
  LogicalExpression: ({ left, right }, frame, visit) => {
    visit(left, frame);
    const asks = readsDatabase([left], frame.scope);
    visit(right, within(frame, { guarded: frame.context.guarded || asks }));
  },
  ConditionalExpression: ({ test, consequent, alternate }, frame, visit) => {
    visit(test, frame);
    const asks = readsDatabase([test], frame.scope);
    const inner = within(frame, { guarded: frame.context.guarded || asks });
    visit(consequent, inner);
    visit(alternate, inner);
  },
  TryStatement: ({ block, handler, finalizer }, frame, visit) => {
    const text = handler ? walk.parsed.source.slice(handler.start, handler.end) : '';
    visit(block, within(frame, { guarded: frame.context.guarded || ALREADY.test(text) }));
    if (handler) visit(handler.body, frame);
    if (finalizer) visit(finalizer, frame);
  },
  ForOfStatement: visitLoop,
  ForInStatement: visitLoop,
  WhileStatement: ({ test, body }, frame, visit) => {
    visit(test, frame);
    const overCursor = frame.context.overCursor || asksCursor(test, frame.scope);
    visit(body, within(frame, { overCursor }));
  },
  CallExpression: (node, frame, visit) => callsOf(node, frame, visit, walk),
});

/** What a function of a migration, called with `given`, does. */
export function trace(
  callee: Extract<Value, { readonly kind: 'function' }>,
  given: readonly Value[],
  parsed: ParsedMigration,
  inTransaction: boolean,
): Trace {
  const calls: DriverCall[] = [];
  const operations: Operation[] = [];
  const strays: Stray[] = [];
  const enter: Walk['enter'] = (inside, parameters, frame) => {
    if (frame.stack.includes(inside.node)) return;
    const scope = scopeOfCall(inside, parameters, frame.scope);
    const activation = { inTransaction: false, isGuarded: false };
    const stack = [...frame.stack, inside.node];
    recursive<Frame>(inside.node.body, { ...frame, scope, activation, stack }, VISITORS(walk));
  };
  const walk: Walk = { parsed, calls, operations, strays, enter };
  const frame: Frame = {
    scope: callee.scope,
    context: { ...NOWHERE, transaction: inTransaction },
    activation: { inTransaction: false, isGuarded: false },
    stack: [],
  };
  enter(callee, given, frame);
  return { calls, operations, strays };
}

/** The context of a call, with what the statements before it have brought. */
export function contextOf({ context, activation }: Frame): Context {
  return {
    ...context,
    transaction: context.transaction || activation.inTransaction,
    guarded: context.guarded || activation.isGuarded,
  };
}
