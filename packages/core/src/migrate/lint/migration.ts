import type { AnyNode } from 'acorn';
import { exportsOf, type MigrationExports } from './exports.ts';
import { constantOf } from './literals.ts';
import type { Operation, Trace } from './operation.ts';
import type { ParsedMigration } from './parse.ts';
import type { Value } from './scope.ts';
import { trace } from './trace.ts';

type Callable = Extract<Value, { readonly kind: 'function' }>;

/** A migration as rules see it. */
export interface Migration {
  readonly name: string;
  readonly parsed: ParsedMigration;
  readonly exports: MigrationExports;
  /** `undefined` where it is not exported, or cannot be looked into. */
  readonly up: Trace | undefined;
  readonly down: Trace | undefined;
  /** `precheck` and `postcheck`. */
  readonly checks: readonly Trace[];
  /** The whole migration is one transaction: `transaction = true`. */
  readonly transaction: boolean;
  /**
   * Collections that this migration makes, so that nobody has used them before it: `up` creates them, or
   * `down` drops them, which only makes sense for those.
   */
  readonly created: ReadonlySet<string>;
}

/** Something that a rule has found. */
export interface Found {
  /** `undefined`: the file as a whole. */
  readonly node: AnyNode | undefined;
  readonly message: string;
}

const GIVEN: readonly Value[] = [{ kind: 'database' }, { kind: 'client' }, { kind: 'context' }];

function collectionsOf(found: Trace | undefined, method: string): readonly string[] {
  return (found?.operations ?? [])
    .filter((one) => one.method === method)
    .flatMap(({ collections }) => collections);
}

/** Looks through the functions of a migration. */
export function readMigration(name: string, parsed: ParsedMigration): Migration {
  const exports = exportsOf(parsed);
  const transaction = constantOf(exports.get('transaction')) === true;
  const traceOf = (exported: string, inTransaction: boolean): Trace | undefined => {
    const value = exports.get(exported);
    return value?.kind === 'function' ? trace(value, GIVEN, parsed, inTransaction) : undefined;
  };
  const up = traceOf('up', transaction);
  const down = traceOf('down', transaction);
  const checks = [traceOf('precheck', false), traceOf('postcheck', false)].filter((one) => !!one);
  const made = [...collectionsOf(up, 'createCollection'), ...collectionsOf(down, 'drop')];
  return { name, parsed, exports, up, down, checks, transaction, created: new Set(made) };
}

/** The function that the migration exports under `name`, where it can be looked into. */
export function functionOf({ exports }: Migration, name: 'up' | 'down'): Callable | undefined {
  const value = exports.get(name);
  return value?.kind === 'function' ? value : undefined;
}

/** Whether what `operation` works on was not there before this migration. */
export function isNew({ collections }: Operation, { created }: Migration): boolean {
  return collections.length > 0 && collections.every((one) => created.has(one));
}

/** `"users"`, `"users", "orders"`, or what to say where nobody can see it. */
export function named(collections: readonly string[]): string {
  if (collections.length === 0) return 'a collection whose name is computed';
  const shown = collections.slice(0, 3).map((one) => `"${one}"`);
  return shown.join(', ') + (collections.length > shown.length ? ' …' : '');
}

/** The operations of `up`. */
export function upward({ up }: Migration): readonly Operation[] {
  return up?.operations ?? [];
}

/** The operations of `up` and of `down`. */
export function bothWays({ up, down }: Migration): readonly Operation[] {
  return [...(up?.operations ?? []), ...(down?.operations ?? [])];
}
