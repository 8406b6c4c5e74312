import type { Expression } from 'acorn';
import {
  constantOf,
  elementsOf,
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

/** Whether a condition says no more than that the field is there: it is, before and after a change. */
function isWeak(object: ObjectLiteral | undefined): boolean {
  if (!object || isOpen(object)) return false;
  return propertiesOf(object).every((one) => {
    const name = keyOf(one);
    const value = constantOf(evaluate(one.value, object.scope));
    return (
      name === '$type' ||
      (name === '$exists' && value === true) ||
      (name === '$ne' && value === null)
    );
  });
}

/** The fields that `filter` has conditions on, also below `$and` and `$or`. */
function fieldsOf(object: ObjectLiteral): readonly string[] {
  return propertiesOf(object).flatMap((property) => {
    const name = keyOf(property) ?? '';
    if (!/^\$(?:and|or|nor)$/.test(name)) {
      return isWeak(objectOf(property.value, object.scope)) ? [] : [name];
    }
    return (elementsOf(property.value, object.scope) ?? []).flatMap(({ node, scope }) => {
      const inner = objectOf(node, scope);
      return inner ? fieldsOf(inner) : [];
    });
  });
}

/** Whether one of two fields is the other, or holds it: `address` and `address.city`. */
function overlap(one: string, other: string): boolean {
  return one === other || one.startsWith(`${other}.`) || other.startsWith(`${one}.`);
}

/**
 * Whether a document that an update has changed may no longer match its filter, so that the update does
 * nothing a second time: the filter has a condition on a field that the update changes. A filter that
 * cannot be seen counts as such.
 */
export function leavesFilter({ filter, scope }: Operation, changed: readonly string[]): boolean {
  if (!filter) return false;
  const object = objectOf(filter, scope);
  if (!object || isOpen(object)) return true;
  return fieldsOf(object).some((field) => changed.some((one) => overlap(field, one)));
}

/** The object that `node` is, with the value of its property `name`. */
export function optionOf(
  node: Expression | undefined,
  { scope }: Operation,
  name: string,
): unknown {
  return node && constantOf(memberOf(objectOf(node, scope), name));
}
