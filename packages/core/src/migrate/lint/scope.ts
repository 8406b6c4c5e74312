import type {
  AnonymousFunctionDeclaration,
  ArrowFunctionExpression,
  Class,
  Expression,
  FunctionDeclaration,
  FunctionExpression,
} from 'acorn';

/** Anything that can be called. */
export type FunctionNode =
  | ArrowFunctionExpression
  | FunctionDeclaration
  | FunctionExpression
  | AnonymousFunctionDeclaration;

/** What is known of a value without running the migration; `undefined` where nothing is. */
export type Value =
  /** The driver's objects, PAAL's third parameter, and its functions. */
  | { readonly kind: 'database' | 'client' | 'admin' | 'session' | 'context' | 'batches' }
  /** Of collections, cursors and bulk operations: which collections it may be; none where unknown. */
  | { readonly kind: 'collection' | 'cursor' | 'bulk'; readonly collections: readonly string[] }
  | {
      readonly kind: 'bulk-find';
      readonly collections: readonly string[];
      readonly filter: Expression | undefined;
      readonly scope: Scope;
    }
  /** What the database has answered, and what was made of it; a `document` is a whole one. */
  | { readonly kind: 'document' | 'answer' }
  | { readonly kind: 'list'; readonly element: Value | undefined }
  | { readonly kind: 'one-of'; readonly values: readonly Value[] }
  | { readonly kind: 'function'; readonly node: FunctionNode; readonly scope: Scope }
  | { readonly kind: 'class' | 'instance'; readonly node: Class; readonly scope: Scope }
  /** An object, array or text that stands in the source. */
  | { readonly kind: 'literal'; readonly node: Expression; readonly scope: Scope };

/** The names that are known at a place. */
export class Scope {
  readonly #outer: Scope | undefined;
  readonly #values = new Map<string, Value | undefined>();

  constructor(outer?: Scope) {
    this.#outer = outer;
  }

  /** Makes `name` known here. */
  declare(name: string, value: Value | undefined): void {
    this.#values.set(name, value);
  }

  /** Gives `name` another value where it was declared. */
  assign(name: string, value: Value | undefined): void {
    if (this.#values.has(name) || !this.#outer) this.#values.set(name, value);
    else this.#outer.assign(name, value);
  }

  get(name: string): Value | undefined {
    return this.#values.has(name) ? this.#values.get(name) : this.#outer?.get(name);
  }
}
