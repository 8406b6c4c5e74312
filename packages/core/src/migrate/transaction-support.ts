/** What a server says of itself (`hello`), as far as it matters to transactions. */
export interface Hello {
  readonly setName?: unknown;
  readonly msg?: unknown;
  readonly logicalSessionTimeoutMinutes?: unknown;
  readonly maxWireVersion?: unknown;
}

/** Whether a server has transactions; why it has none, and what to do. */
export type TransactionSupport =
  | { readonly supported: true }
  | { readonly supported: false; readonly why: string };

// https://github.com/mongodb/specifications/blob/master/source/wireversion-featurelist/wireversion-featurelist.md
const FIRST_OF_REPLICA_SETS = 7;
const FIRST_OF_SHARDED_CLUSTERS = 8;
const OTHERWISE =
  'or let the migration run without a transaction, written so that it can be run again after it was interrupted';

function no(what: string, cure: string): TransactionSupport {
  return { supported: false, why: `${what}. ${cure}, ${OTHERWISE}.` };
}

/**
 * Whether the server that answered has transactions
 * (https://www.mongodb.com/docs/manual/core/transactions-production-consideration/).
 * @param buildInfo its answer to `buildInfo`: a FerretDB 1 accepts transactions, and ignores them
 */
export function transactionSupport(
  hello: Hello,
  buildInfo: Readonly<Record<string, unknown>> = {},
): TransactionSupport {
  const isSharded = hello.msg === 'isdbgrid';
  const wire = Number(hello.maxWireVersion ?? 0);
  if ('ferretdbVersion' in buildInfo || 'ferretdb' in buildInfo) {
    return no('The server is a FerretDB, which has no transactions', 'Use a MongoDB replica set');
  }
  if (hello.setName === undefined && !isSharded) {
    return no(
      'The server is a standalone one, and only replica sets and sharded clusters have transactions',
      'Make it a replica set of one member ' +
        '(https://www.mongodb.com/docs/manual/tutorial/convert-standalone-to-replica-set/)',
    );
  }
  if (wire < (isSharded ? FIRST_OF_SHARDED_CLUSTERS : FIRST_OF_REPLICA_SETS)) {
    return no(
      `The server is too old for transactions (wire version ${wire})`,
      `Use MongoDB ${isSharded ? '4.2' : '4.0'} or newer`,
    );
  }
  if (typeof hello.logicalSessionTimeoutMinutes !== 'number') {
    return no('The server has no sessions, and so no transactions', 'Use a MongoDB replica set');
  }
  return { supported: true };
}
