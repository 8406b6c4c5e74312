import type { AnyNode, CallExpression, Expression } from 'acorn';
import type { Scope } from './scope.ts';

/** Where in a migration something happens. */
export interface Context {
  /** In a transaction: one of `session.withTransaction`, or a whole migration with `transaction`. */
  readonly transaction: boolean;
  /** Within `ctx.batches(…)`. */
  readonly batched: boolean;
  /** In a loop over what a cursor gives. */
  readonly overCursor: boolean;
  /** Only where a look at the database said so: `if (!(await users.findOne(…)))`. */
  readonly guarded: boolean;
}

/** A call of the driver that asks the server something. */
export interface DriverCall {
  readonly node: CallExpression;
  /** What messages and annotations point at: the name of the method. */
  readonly place: AnyNode;
  readonly on: 'collection' | 'database' | 'admin' | 'cursor' | 'bulk';
  readonly method: string;
  readonly collections: readonly string[];
  readonly args: readonly Expression[];
  readonly scope: Scope;
  readonly context: Context;
  readonly awaited: boolean;
}

/**
 * What the server is asked to do, whichever way: each entry of a `bulkWrite` and of a bulk operation is
 * one, and so is a `db.command`. `method` is named as the method of a collection is, `dropDatabase`,
 * `createCollection` or `collMod`.
 */
export interface Operation {
  readonly call: DriverCall;
  readonly place: AnyNode;
  readonly method: string;
  readonly collections: readonly string[];
  readonly scope: Scope;
  /** The arguments, for what has no name of its own below. */
  readonly args: readonly Expression[];
  readonly filter: Expression | undefined;
  readonly update: Expression | undefined;
  /** The documents of an insert: one, or an array. */
  readonly documents: Expression | undefined;
  readonly options: Expression | undefined;
}

/** Something that nobody waits for. */
export interface Stray {
  readonly node: AnyNode;
  /** What is not waited for, as a sentence begins. */
  readonly what: string;
  /** What to do. */
  readonly instead: string;
}

/** What a function of a migration does, in the order of the source. */
export interface Trace {
  readonly calls: readonly DriverCall[];
  readonly operations: readonly Operation[];
  readonly strays: readonly Stray[];
}
