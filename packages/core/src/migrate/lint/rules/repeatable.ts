import type { AnyNode, Expression } from 'acorn';
import { full } from 'acorn-walk';
import { UPDATES, WRITES } from '../driver.ts';
import { leavesFilter } from '../filters.ts';
import { elementsOf, isOpen, keyOf, objectOf, propertyOf } from '../literals.ts';
import { bothWays, type Found, type Migration, named, upward } from '../migration.ts';
import type { Operation } from '../operation.ts';
import type { Scope, Value } from '../scope.ts';
import { type UpdatePart, updateParts } from '../updates.ts';
import { evaluate, memberName } from '../values.ts';
import { createsUnique } from './indexes.ts';
import type { Rule } from './rule.ts';

const AGAIN = 'A run that is cut off before the migration is recorded runs it again';

/** Whether a document of an insert has no `_id`, as far as that can be seen. */
function lacksId(value: Value | undefined): boolean {
  if (value?.kind === 'one-of') return value.values.every(lacksId);
  if (value?.kind === 'list') return lacksId(value.element);
  if (value?.kind !== 'literal') return false;
  const { node, scope } = value;
  if (node.type === 'ArrayExpression') {
    const elements = elementsOf(node, scope) ?? [];
    return elements.length > 0 && elements.every((one) => lacksId(evaluate(one.node, one.scope)));
  }
  const object = objectOf(node, scope);
  return object !== undefined && !isOpen(object) && propertyOf(object, '_id') === undefined;
}

function inserts(documents: Expression | undefined, scope: Scope): boolean {
  return documents !== undefined && lacksId(evaluate(documents, scope));
}

const ADDING = /^\$(?:inc|mul|push|pop|bit)$/;

const GROWING = /^\$(?:concat|concatArrays|add|multiply|subtract|divide)$/;

/** `{ $set: { path: { $concat: ['/tour/', '$path'] } } }`: a stage that makes a field of itself. */
function addsToItself({ operator, node }: UpdatePart): boolean {
  if (!/^\$(?:set|addFields)$/.test(operator) || node.type !== 'Property') return false;
  if (node.value.type !== 'ObjectExpression') return false;
  return node.value.properties.some((field) => {
    if (field.type !== 'Property' || field.value.type !== 'ObjectExpression') return false;
    const name = keyOf(field);
    return field.value.properties.some((one) => {
      if (one.type !== 'Property' || !GROWING.test(keyOf(one) ?? '')) return false;
      let isOwn = false;
      full(one.value, (inner) => {
        isOwn ||= inner.type === 'Literal' && inner.value === `$${name}`;
      });
      return isOwn;
    });
  });
}

function adding(operation: Operation): readonly { node: AnyNode; operator: string }[] {
  if (!UPDATES.has(operation.method)) return [];
  const parts = updateParts(operation);
  const changed = parts.flatMap(({ fields }) => fields);
  if (leavesFilter(operation, changed)) return [];
  return parts.filter((part) => ADDING.test(part.operator) || addsToItself(part));
}

/** Whether documents of the collection are deleted before `operation` adds them: it begins anew. */
function beginsAnew(operation: Operation, operations: readonly Operation[]): boolean {
  return operations
    .slice(0, operations.indexOf(operation))
    .some(
      ({ method, collections }) =>
        /^(?:drop|deleteMany|deleteOne)$/.test(method) &&
        collections.length > 0 &&
        named(collections) === named(operation.collections),
    );
}

/** Whether a unique index is made before, which refuses documents that are there already. */
function isRefused(operation: Operation, operations: readonly Operation[]): boolean {
  return operations
    .slice(0, operations.indexOf(operation))
    .some(
      (one) =>
        /^createIndex/.test(one.method) &&
        createsUnique(one) &&
        named(one.collections) === named(operation.collections),
    );
}

function ofOneWay(operations: readonly Operation[], migration: Migration): readonly Found[] {
  const explicit = new Set(
    upward(migration)
      .filter(({ method }) => method === 'createCollection')
      .flatMap(({ collections }) => collections),
  );
  return operations
    .filter(({ call: { context } }) => !context.transaction && !context.guarded)
    .flatMap((one): readonly Found[] => {
      const added = adding(one).map(({ node, operator }) => ({
        node,
        message:
          `${AGAIN}, and ${operator} on ${named(one.collections)} counts twice for what was done. Give the filter a ` +
          'condition that a document meets only before (and let the update set it), or use a transaction.',
      }));
      if (!/^insert/.test(one.method) || !inserts(one.documents, one.scope)) return added;
      const isInNew = one.collections.some((name) => explicit.has(name));
      if (isInNew || beginsAnew(one, operations) || isRefused(one, operations)) return added;
      return [
        ...added,
        {
          node: one.place,
          message:
            `${AGAIN}, and inserts into ${named(one.collections)} what it has inserted already. Give the documents an _id, ` +
            'or write updateOne(key, { $setOnInsert: document }, { upsert: true }).',
        },
      ];
    });
}

function checkRepeated(migration: Migration): readonly Found[] {
  const { up, down } = migration;
  return [up, down].flatMap((one) => ofOneWay(one?.operations ?? [], migration));
}

/**
 * It cannot see a unique index that an earlier migration has made, documents that come from elsewhere, nor
 * a value that is read, changed and written back.
 */
export const nonIdempotent: Rule = {
  severity: 'warning',
  finds:
    '$inc, $mul, $push, $pop, $bit, or a pipeline that makes a field of itself, without a filter on what the update changes; inserts of documents without an _id; outside of transactions and of conditions on what is there.',
  instead:
    'An upsert with `$setOnInsert`, `$addToSet`, an `_id`, a filter by a marker, or a transaction.',
  check: checkRepeated,
};

function isOfTheMoment(node: AnyNode): boolean {
  if (node.type === 'NewExpression') {
    const { callee, arguments: given } = node;
    return callee.type === 'Identifier' && callee.name === 'Date' && given.length === 0;
  }
  if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return false;
  const { object } = node.callee;
  const of = object.type === 'Identifier' ? object.name : '';
  const name = memberName(node.callee);
  return (of === 'Date' && name === 'now') || (of === 'Math' && name === 'random');
}

function momentIn(filter: Expression, scope: Scope): AnyNode | undefined {
  let moment: AnyNode | undefined;
  const value = evaluate(filter, scope);
  full(value?.kind === 'literal' ? value.node : filter, (node) => {
    if (isOfTheMoment(node)) moment ??= node;
  });
  return moment;
}

function checkTargets(migration: Migration): readonly Found[] {
  return bothWays(migration)
    .filter(({ method }) => WRITES.has(method))
    .flatMap(({ filter, scope, collections }): readonly Found[] => {
      const node = filter && momentIn(filter, scope);
      if (!node) return [];
      const message =
        `Which documents of ${named(collections)} this changes depends on when it runs: a second run, or one on another ` +
        'database, changes others. Write the date out, where it should be the same everywhere.';
      return [{ node, message }];
    });
}

/** It cannot see a moment that is put into a variable before. */
export const nondeterministicTarget: Rule = {
  severity: 'info',
  finds: 'new Date(), Date.now() or Math.random() in the filter of a change.',
  instead: 'A date that is written out.',
  check: checkTargets,
};

const OWN = /^(?:changelog(?:_lock)?|paal[._-].*)$/;

function checkChangelog(migration: Migration): readonly Found[] {
  return bothWays(migration)
    .filter(({ method }) => WRITES.has(method) || /^(?:drop|rename|createIndex)/.test(method))
    .filter(({ collections }) => collections.some((one) => OWN.test(one)))
    .map(({ place, collections }) => ({
      node: place,
      message:
        `Writes to ${named(collections)}, in which is kept what is applied, and who may apply now. Whatever is wrong there ` +
        'makes migrations run twice, or never. Leave it to paal/migrate.',
    }));
}

/** It cannot see other names that migrate-mongo was given for its collections. */
export const changelogWrite: Rule = {
  severity: 'error',
  finds: 'A change to `changelog`, `changelog_lock` or a collection of PAAL.',
  instead: 'Leave them to paal/migrate; correct what is wrong by hand, knowingly.',
  check: checkChangelog,
};
