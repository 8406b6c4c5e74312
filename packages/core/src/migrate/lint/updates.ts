import type { AnyNode } from 'acorn';
import { elementsOf, keyOf, type ObjectLiteral, objectOf, propertiesOf } from './literals.ts';
import type { Operation } from './operation.ts';
import { textsOf } from './values.ts';

/** One operator of an update, or a stage of one that is a pipeline. */
export interface UpdatePart {
  /** Such as `$set`. */
  readonly operator: string;
  /** The fields that it changes, where they are written out. */
  readonly fields: readonly string[];
  /** Where it stands. */
  readonly node: AnyNode;
}

function partsOf(object: ObjectLiteral): readonly UpdatePart[] {
  return propertiesOf(object).flatMap((property) => {
    const operator = keyOf(property);
    if (!operator?.startsWith('$')) return [];
    const inner = objectOf(property.value, object.scope);
    const fields = inner
      ? propertiesOf(inner).map((one) => keyOf(one) ?? '')
      : // The stage $unset takes a name, or an array of names.
        (elementsOf(property.value, object.scope)?.flatMap(({ node, scope }) =>
          textsOf(node, scope),
        ) ?? textsOf(property.value, object.scope));
    return [{ operator, fields, node: property }];
  });
}

/** The operators of an update, or the stages of its pipeline, as far as they are written out. */
export function updateParts({ update, scope }: Operation): readonly UpdatePart[] {
  if (!update) return [];
  const object = objectOf(update, scope);
  if (object) return partsOf(object);
  return (elementsOf(update, scope) ?? []).flatMap((stage) => {
    const inner = objectOf(stage.node, stage.scope);
    return inner ? partsOf(inner) : [];
  });
}
