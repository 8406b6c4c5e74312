import type { Expression, ObjectExpression, Property } from 'acorn';
import type { Scope, Value } from './scope.ts';
import { evaluate, literalOf } from './values.ts';

/** An object of the source, with the scope that its values are read in. */
export interface ObjectLiteral {
  readonly node: ObjectExpression;
  readonly scope: Scope;
}

/** The object that `node` is, also by way of a variable; `undefined` where it cannot be seen. */
export function objectOf(node: Expression | undefined, scope: Scope): ObjectLiteral | undefined {
  const literal = node && literalOf(evaluate(node, scope));
  return literal?.node.type === 'ObjectExpression'
    ? { node: literal.node, scope: literal.scope }
    : undefined;
}

/** The name of a property, where it is written out. */
export function keyOf({ key, computed }: Property): string | undefined {
  if (key.type === 'Identifier') return computed ? undefined : key.name;
  return key.type === 'Literal' ? String(key.value) : undefined;
}

/** The properties of `object` that are written out. */
export function propertiesOf({ node }: ObjectLiteral): readonly Property[] {
  return node.properties.filter((one) => one.type === 'Property');
}

/** Whether properties come from elsewhere: `...defaults`, `[name]: value`. */
export function isOpen({ node }: ObjectLiteral): boolean {
  return node.properties.some((one) => one.type !== 'Property' || keyOf(one) === undefined);
}

/** The property `name` of `object`. */
export function propertyOf(object: ObjectLiteral | undefined, name: string): Property | undefined {
  return object && propertiesOf(object).find((one) => keyOf(one) === name);
}

/** The value of the property `name` of `object`. */
export function memberOf(object: ObjectLiteral | undefined, name: string): Value | undefined {
  const property = propertyOf(object, name);
  return object && property && evaluate(property.value, object.scope);
}

/** What `value` is where it is a text, number or boolean that stands in the source. */
export function constantOf(value: Value | undefined): unknown {
  const node = literalOf(value)?.node;
  return node?.type === 'Literal' ? node.value : undefined;
}

/** The elements of an array of the source, each with its scope; `undefined` where it cannot be seen. */
export function elementsOf(
  node: Expression | undefined,
  scope: Scope,
): readonly { readonly node: Expression; readonly scope: Scope }[] | undefined {
  const literal = node && literalOf(evaluate(node, scope));
  if (literal?.node.type !== 'ArrayExpression') return undefined;
  return literal.node.elements.flatMap((element) =>
    element && element.type !== 'SpreadElement' ? [{ node: element, scope: literal.scope }] : [],
  );
}
