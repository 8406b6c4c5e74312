import type { Expression } from 'acorn';
import {
  constantOf,
  isOpen,
  keyOf,
  memberOf,
  type ObjectLiteral,
  objectOf,
  propertiesOf,
} from './literals.ts';
import type { Operation } from './operation.ts';
import { evaluate, literalOf } from './values.ts';

/** `{ _id: { $exists: true } }`, `{ _id: { $ne: null } }`: conditions that every document meets. */
function isAlways(object: ObjectLiteral): boolean {
  return propertiesOf(object).every((property) => {
    const name = keyOf(property);
    if (name === '$comment') return true;
    if (name !== '_id') return false;
    const condition = objectOf(property.value, object.scope);
    if (!condition || isOpen(condition)) return false;
    const [only, ...more] = propertiesOf(condition);
    if (!only || more.length > 0) return false;
    const value = constantOf(evaluate(only.value, condition.scope));
    return (
      (keyOf(only) === '$exists' && value === true) || (keyOf(only) === '$ne' && value === null)
    );
  });
}

/**
 * Whether the filter of an update or delete selects every document, as `{}` or none does. One that
 * cannot be seen counts as selective.
 */
export function selectsAll({ filter, scope, args, call }: Operation): boolean {
  if (!filter) return call.method !== 'bulkWrite' && args.length === 0;
  if (filter.type === 'Identifier' && filter.name === 'undefined') return true;
  if (literalOf(evaluate(filter, scope))?.node.type === 'Literal') return false;
  const object = objectOf(filter, scope);
  return object !== undefined && !isOpen(object) && isAlways(object);
}

const EXCLUDING = /^\$(?:ne|nin|not|exists|lt|lte|gt|gte|type|in|eq)$/;

/** The fields that `filter` has conditions on, also below `$and` and `$or`. */
function fieldsOf(object: ObjectLiteral): readonly string[] {
  return propertiesOf(object).flatMap((property) => {
    const name = keyOf(property) ?? '';
    if (!/^\$(?:and|or|nor)$/.test(name)) return [name];
    const list = literalOf(evaluate(property.value, object.scope));
    if (list?.node.type !== 'ArrayExpression') return [];
    return list.node.elements.flatMap((element) => {
      if (!element || element.type === 'SpreadElement') return [];
      const inner = objectOf(element, list.scope);
      return inner ? fieldsOf(inner) : [];
    });
  });
}

/** Whether a condition of `filter` excludes something: `{ $ne: … }`, `{ $exists: false }`. */
function excludes(object: ObjectLiteral): boolean {
  return propertiesOf(object).some((property) => {
    const name = keyOf(property) ?? '';
    if (name !== '_id' && constantOf(evaluate(property.value, object.scope)) === null) return true;
    const condition = objectOf(property.value, object.scope);
    return (
      name !== '_id' &&
      condition !== undefined &&
      propertiesOf(condition).some((one) => EXCLUDING.test(keyOf(one) ?? ''))
    );
  });
}

/**
 * Whether a document that an update has changed no longer matches its filter, so that the update does
 * nothing a second time: the filter excludes by a marker, or has a condition on a field that the update
 * changes. One that cannot be seen counts as such.
 */
export function leavesFilter({ filter, scope }: Operation, changed: readonly string[]): boolean {
  if (!filter) return false;
  const object = objectOf(filter, scope);
  if (!object || isOpen(object)) return true;
  const own = fieldsOf(object);
  return excludes(object) || own.some((field) => changed.includes(field));
}

/** The object that `node` is, with the value of its property `name`. */
export function optionOf(
  node: Expression | undefined,
  { scope }: Operation,
  name: string,
): unknown {
  return node && constantOf(memberOf(objectOf(node, scope), name));
}
