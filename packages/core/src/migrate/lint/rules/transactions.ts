import { COLLECTION_METHODS, DATABASE_METHODS, WRITES } from '../driver.ts';
import { selectsAll } from '../filters.ts';
import { isOpen, objectOf, propertyOf } from '../literals.ts';
import { bothWays, type Found, isNew, type Migration, named } from '../migration.ts';
import type { DriverCall, Operation } from '../operation.ts';
import { evaluate } from '../values.ts';
import type { Rule } from './rule.ts';

const NEVER = /^(?:drop|dropDatabase|rename|dropIndex|dropIndexes|collMod)$/;

/** Whether MongoDB refuses `operation` in a transaction, or runs it outside of it. */
function isDdl(operation: Operation, migration: Migration): boolean {
  if (NEVER.test(operation.method)) return true;
  return /^createIndex(?:es)?$/.test(operation.method) && !isNew(operation, migration);
}

function inTransactions(migration: Migration): readonly Operation[] {
  return bothWays(migration).filter(({ call }) => call.context.transaction);
}

function checkDdl(migration: Migration): readonly Found[] {
  return inTransactions(migration)
    .filter((one) => isDdl(one, migration))
    .map(({ place, method }) => ({
      node: place,
      message:
        `${method} is not possible in a transaction: with the session MongoDB refuses it, without it, it runs ` +
        'outside, is not undone by an abort, and may wait for locks of the transaction until that times out. ' +
        (/^create/.test(method)
          ? 'In a transaction an index can only be created on a collection that is new and empty. '
          : '') +
        'Do it before or after the transaction, or in a migration of its own.',
    }));
}

/** It cannot see what functions of other files do. */
export const ddlInTransaction: Rule = {
  severity: 'error',
  finds:
    'Dropping, renaming, collMod, or an index on an existing collection, within withTransaction, between startTransaction and commitTransaction, or with `transaction = true`.',
  instead: 'Before or after the transaction, or in a migration of its own.',
  check: checkDdl,
};

function checkLong(migration: Migration): readonly Found[] {
  const many = inTransactions(migration).filter(
    (one) =>
      /^(?:updateMany|deleteMany)$/.test(one.method) && selectsAll(one) && !isNew(one, migration),
  );
  const looped = inTransactions(migration).filter(
    ({ method, call: { context } }) =>
      WRITES.has(method) && (context.overCursor || context.batched),
  );
  return [...many, ...looped].map(({ place, collections }) => ({
    node: place,
    message:
      `Changes as many documents of ${named(collections)} in one transaction as there are. A transaction that takes ` +
      'longer than 60 s is aborted (transactionLifetimeLimitSeconds), and until then others wait for what it ' +
      'has changed. Change them in batches, without a transaction or with one for each batch.',
  }));
}

/** It cannot see how many documents there are, nor what a filter selects. */
export const longTransaction: Rule = {
  severity: 'warning',
  finds: 'A change to all documents, or to everything that a cursor gives, in one transaction.',
  instead: 'Batches, with a transaction for each where one is needed.',
  check: checkLong,
};

/** Whether the options of `call` may have a session; those that cannot be seen may. */
function hasSession({ on, method, args, scope }: DriverCall): boolean {
  const methods = on === 'collection' ? COLLECTION_METHODS : DATABASE_METHODS;
  const options = on === 'bulk' ? args[0] : args[methods.get(method) ?? 1];
  if (!options) return false;
  const object = objectOf(options, scope);
  if (object) return isOpen(object) || propertyOf(object, 'session') !== undefined;
  const value = evaluate(options, scope);
  return value === undefined || value.kind === 'answer';
}

function checkSessions(migration: Migration): readonly Found[] {
  const refused = new Set(
    inTransactions(migration)
      .filter((one) => isDdl(one, migration))
      .map(({ call }) => call),
  );
  const calls = [migration.up, migration.down].flatMap((one) => one?.calls ?? []);
  return calls
    .filter(({ on, context }) => context.transaction && on !== 'cursor' && on !== 'admin')
    .filter((call) => !refused.has(call) && !hasSession(call))
    .map(({ place, method, collections, on }) => ({
      node: place,
      message:
        `${method}${on === 'collection' ? ` on ${named(collections)}` : ''} is called within a transaction, but without its session: it runs outside of it, is not undone ` +
        'by an abort, and does not see what the transaction has written. Pass the session: ' +
        `{ session${migration.transaction ? ': ctx.session' : ''} }.`,
    }));
}

/** It cannot see options that are built elsewhere; it takes them to have the session. */
export const sessionNotPassed: Rule = {
  severity: 'error',
  finds: 'A call of the driver within a transaction, without the option session.',
  instead: '`{ session }` in the options of each call; `ctx.session` with `transaction = true`.',
  check: checkSessions,
};
