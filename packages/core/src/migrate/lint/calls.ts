import type { CallExpression, Expression, MemberExpression, SpreadElement } from 'acorn';
import type { WalkerCallback } from 'acorn-walk';
import { isAwaited } from './awaiting.ts';
import { COLLECTION_METHODS, CURSOR_ENDS, CURSOR_METHODS, DATABASE_METHODS } from './driver.ts';
import { operationOfBulkFind, operationsOf } from './normalise.ts';
import type { Context, DriverCall, Operation, Stray } from './operation.ts';
import type { ParsedMigration } from './parse.ts';
import type { Value } from './scope.ts';
import { contextOf, type Frame } from './trace.ts';
import { elementOf, evaluate, memberName } from './values.ts';

type Callable = Extract<Value, { readonly kind: 'function' }>;

/** What a walk through a function gathers. */
export interface Walk {
  readonly parsed: ParsedMigration;
  readonly calls: DriverCall[];
  readonly operations: Operation[];
  readonly strays: Stray[];
  /** Walks through what is called here. */
  enter(callee: Callable, given: readonly (Value | undefined)[], frame: Frame): void;
}

function isExpression(node: Expression | SpreadElement): node is Expression {
  return node.type !== 'SpreadElement';
}

/** What of the server `method` of `receiver` asks; nothing where it only makes another object. */
function asked(receiver: Value | undefined, method: string): DriverCall['on'] | undefined {
  switch (receiver?.kind) {
    case 'collection':
      return COLLECTION_METHODS.has(method) ? 'collection' : undefined;
    case 'database':
      return DATABASE_METHODS.has(method) ? 'database' : undefined;
    case 'admin':
      return method === 'command' ? 'admin' : undefined;
    case 'cursor':
      return CURSOR_ENDS.has(method) ? 'cursor' : undefined;
    case 'bulk':
      return method === 'execute' ? 'bulk' : undefined;
    default:
      return undefined;
  }
}

function note(node: CallExpression, callee: MemberExpression, frame: Frame, walk: Walk): void {
  const method = memberName(callee) ?? '';
  const receiver = evaluate(callee.object, frame.scope);
  const call = (on: DriverCall['on'], awaited: boolean): DriverCall => ({
    node,
    place: callee.property,
    on,
    method,
    collections: receiver && 'collections' in receiver ? receiver.collections : [],
    args: node.arguments.filter(isExpression),
    scope: frame.scope,
    context: contextOf(frame),
    awaited,
  });
  if (receiver?.kind === 'session') {
    if (method === 'startTransaction') frame.activation.inTransaction = true;
    if (/^(?:commit|abort)Transaction$/.test(method)) frame.activation.inTransaction = false;
  }
  if (receiver?.kind === 'bulk-find') {
    const entry = operationOfBulkFind(call('bulk', true), receiver.filter);
    if (entry) walk.operations.push(entry);
    return;
  }
  if (receiver?.kind === 'bulk' && method === 'insert') {
    const [documents] = node.arguments.filter(isExpression);
    const added = operationsOf({ ...call('collection', true), method: 'insertOne' });
    walk.operations.push(...added.map((one) => ({ ...one, documents })));
    return;
  }
  const on = asked(receiver, method);
  if (!on) return;
  // A cursor asks nothing until somebody reads it.
  const made = call(on, CURSOR_METHODS.has(method) || isAwaited(node, walk.parsed));
  walk.calls.push(made);
  if (on !== 'bulk') walk.operations.push(...operationsOf(made));
  if (!made.awaited) {
    walk.strays.push({
      node: made.place,
      what: `Nobody waits for ${method}()`,
      instead: 'Write await before it.',
    });
  }
}

/** What the functions that are handed to `method` of `receiver` are called with, and where. */
function surroundings(
  receiver: Value | undefined,
  method: string,
): { readonly given: readonly (Value | undefined)[]; readonly context: Partial<Context> } {
  if (receiver?.kind === 'session' && method === 'withTransaction') {
    return { given: [{ kind: 'session' }], context: { transaction: true } };
  }
  if (receiver?.kind === 'client' && method === 'withSession') {
    return { given: [{ kind: 'session' }], context: {} };
  }
  if (receiver?.kind === 'batches' || (receiver?.kind === 'context' && method === 'batches')) {
    return { given: [{ kind: 'list', element: { kind: 'document' } }], context: { batched: true } };
  }
  const context = receiver?.kind === 'cursor' ? { overCursor: true } : {};
  return { given: [elementOf(receiver)], context };
}

const LATER = /^(?:setTimeout|setInterval|setImmediate|queueMicrotask)$/;

/** Why nobody waits for the functions that are handed to this call; nothing where somebody may. */
function whyNotAwaited(
  node: CallExpression,
  receiver: Value | undefined,
  walk: Walk,
): Omit<Stray, 'node'> | undefined {
  const { callee } = node;
  if (callee.type === 'Identifier' && LATER.test(callee.name)) {
    return {
      what: `${callee.name}() runs this after the migration has ended, and nobody waits for it`,
      instead: 'Call it here, with await.',
    };
  }
  if (callee.type !== 'MemberExpression') return undefined;
  const name = memberName(callee);
  if (name === 'forEach') {
    return {
      what: 'forEach() does not wait for what its function does',
      instead:
        receiver?.kind === 'cursor'
          ? 'Write for await (const document of cursor) { … }.'
          : 'Write for (const one of list) { await … }.',
    };
  }
  if (name !== 'map' || receiver?.kind === 'cursor') return undefined;
  if (walk.parsed.parents.get(node)?.type === 'AwaitExpression') {
    return {
      what: 'await waits for a promise, not for an array of promises, as map() gives it',
      instead: 'Write await Promise.all(list.map(…)), or a loop with await.',
    };
  }
  return isAwaited(node, walk.parsed)
    ? undefined
    : {
        what: 'Nobody waits for the promises that map() gives',
        instead: 'Write await Promise.all(list.map(…)), or a loop with await.',
      };
}

/** Whether calling `callee` gives a promise, as far as its form tells. */
function givesPromise({ node: { async, body } }: Callable): boolean {
  if (async || body.type !== 'BlockStatement') return true;
  return body.body.some((one) => one.type === 'ReturnStatement' && one.argument);
}

/** Visits a call: what it asks of the server, the function that it calls, and those that it hands over. */
export function callsOf(
  node: CallExpression,
  frame: Frame,
  visit: WalkerCallback<Frame>,
  walk: Walk,
): void {
  const { callee } = node;
  const isMember = callee.type === 'MemberExpression';
  const receiver = isMember ? evaluate(callee.object, frame.scope) : evaluate(callee, frame.scope);
  const method = isMember ? (memberName(callee) ?? '') : '';
  if (isMember) visit(callee.object, frame);
  for (const argument of node.arguments) visit(argument, frame);
  if (isMember) note(node, callee, frame, walk);
  const called = evaluate(callee, frame.scope);
  if (called?.kind === 'function') {
    const before = walk.calls.length;
    const given = node.arguments.map((one) =>
      isExpression(one) ? evaluate(one, frame.scope) : undefined,
    );
    walk.enter(called, given, { ...frame, context: contextOf(frame) });
    const asksServer = walk.calls.length > before;
    if (asksServer && givesPromise(called) && !isAwaited(node, walk.parsed)) {
      const name = isMember ? method : callee.type === 'Identifier' ? callee.name : '';
      walk.strays.push({
        node,
        what: `Nobody waits for ${name === '' ? 'this function' : `${name}()`}, which asks the database`,
        instead: 'Write await before it.',
      });
    }
    return;
  }
  const isOwn = receiver?.kind === 'batches' || receiver?.kind === 'context';
  if (isOwn && !isAwaited(node, walk.parsed)) {
    const what = `Nobody waits for ${method === '' ? 'batches' : method}()`;
    if (!/^(?:log|resumed)$/.test(method)) {
      walk.strays.push({ node, what, instead: 'Write await before it.' });
    }
  }
  const { given, context } = surroundings(receiver, method);
  const why = whyNotAwaited(node, receiver, walk);
  for (const argument of node.arguments) {
    const handed = isExpression(argument) ? evaluate(argument, frame.scope) : undefined;
    if (handed?.kind !== 'function') continue;
    const before = walk.calls.length;
    const inner = contextOf(frame);
    walk.enter(handed, given, { ...frame, context: { ...inner, ...context } });
    const asksServer = walk.calls.length > before;
    if (why && asksServer && givesPromise(handed)) walk.strays.push({ node: argument, ...why });
  }
}
