import { elementsOf, keyOf, objectOf, propertiesOf } from '../literals.ts';
import type { Found, Migration } from '../migration.ts';
import type { DriverCall, Trace } from '../operation.ts';
import type { Rule } from './rule.ts';

const WHY =
  'The migration may be recorded as done before this is, and an error in it is lost, or ends the step.';

/** `await collection.aggregate([…, { $merge }])`: nothing runs, because the cursor is never read. */
function isUnreadPipeline(call: DriverCall, { parsed }: Migration): boolean {
  const { node, method, args, scope } = call;
  if (method !== 'aggregate') return false;
  const stages = elementsOf(args[0], scope) ?? [];
  const writes = stages.some((stage) => {
    const object = objectOf(stage.node, stage.scope);
    const names = object ? propertiesOf(object).map(keyOf) : [];
    return names.includes('$out') || names.includes('$merge');
  });
  const outer = parsed.parents.get(node);
  const around = outer?.type === 'AwaitExpression' ? parsed.parents.get(outer) : outer;
  return writes && around?.type === 'ExpressionStatement';
}

function check(migration: Migration): readonly Found[] {
  const { up, down, checks } = migration;
  const traces: readonly Trace[] = [up, down, ...checks].filter((one) => !!one);
  return traces.flatMap(({ strays, calls }) => [
    ...strays.map(({ node, what, instead }) => ({ node, message: `${what}. ${WHY} ${instead}` })),
    ...calls
      .filter((call) => isUnreadPipeline(call, migration))
      .map(({ place }) => ({
        node: place,
        message:
          'This aggregation never runs: aggregate() gives a cursor, and nothing reads it. ' +
          'Write await … .aggregate([…]).toArray().',
      })),
  ]);
}

/**
 * It cannot see what functions of other files do, nor whether a promise that is handed to another
 * function or put into a variable is waited for there.
 */
export const unawaitedPromise: Rule = {
  severity: 'error',
  finds:
    'A call of the driver, or of a function that makes one, whose promise is neither awaited nor returned; an async function for forEach(), which waits for none; an aggregation with $out or $merge that is never read.',
  instead:
    '`await` it; loops with `for (const one of list)` or `for await (const document of cursor)`; `Promise.all(list.map(…))`.',
  check,
};
