import { fieldsOf, firstKey, isFields, listOf, numberOf, pick } from './bson.ts';
import type { Fields } from './recorded.ts';

/** Commands that change nothing; whatever is not listed counts as a write, and is never sent. */
const READS: ReadonlySet<string> = new Set([
  ...['find', 'getMore', 'killCursors', 'count', 'distinct', 'listCollections', 'listIndexes'],
  ...['listDatabases', 'dbStats', 'dbstats', 'collStats', 'collstats', 'dataSize', 'dbHash'],
  ...['buildInfo', 'buildinfo', 'hostInfo', 'serverStatus', 'connectionStatus', 'getParameter'],
  ...['getCmdLineOpts', 'listCommands', 'features', 'currentOp', 'top', 'usersInfo', 'rolesInfo'],
  ...['replSetGetStatus', 'replSetGetConfig', 'isdbgrid', 'listShards', 'balancerStatus'],
  ...['getShardMap', 'getDefaultRWConcern', 'getClusterParameter', 'whatsmyuri'],
]);

/** Commands whose explanation is asked for by forwarding; others might be run by a server akin. */
const EXPLAINED: ReadonlySet<string> = new Set(['find', 'aggregate', 'count', 'distinct']);

/** Fields of the driver's own session and topology, which mean nothing to another connection. */
const OF_THE_CONNECTION: ReadonlySet<string> = new Set([
  ...['$db', 'lsid', '$clusterTime', '$readPreference', 'txnNumber', 'autocommit'],
  ...['startTransaction', 'stmtId', 'stmtIds', 'writeConcern', 'apiVersion', 'apiStrict'],
  'apiDeprecationErrors',
]);

/** The last stage of `pipeline` where it writes: `$out` or `$merge`. */
export function writingStage(pipeline: unknown): Fields | undefined {
  return listOf(pipeline)
    .map(fieldsOf)
    .find((stage) => ['$out', '$merge'].includes(firstKey(stage)));
}

/** Whether `command` changes nothing, whatever its values are. */
export function isRead(command: Fields): boolean {
  const name = firstKey(command);
  switch (name) {
    case 'aggregate':
      return writingStage(command.pipeline) === undefined;
    case 'explain': {
      const inner = fieldsOf(command.explain);
      return EXPLAINED.has(firstKey(inner)) && isRead(inner);
    }
    case 'mapReduce':
      return fieldsOf(command.out).inline !== undefined;
    case 'profile':
      return numberOf(command.profile) === -1;
    case 'validate':
      return command.repair === undefined && command.fixMultikey === undefined;
    default:
      return READS.has(name);
  }
}

/** Whether `command` belongs to a transaction. */
export function isInTransaction(command: Fields): boolean {
  return command.autocommit === false;
}

/** `command` without what belongs to the connection on which it came. */
export function plainCommand(command: Fields): Fields {
  const kept = Object.entries(command).filter(([key]) => !OF_THE_CONNECTION.has(key));
  const { readConcern, ...rest } = Object.fromEntries(kept);
  // A transaction's snapshot and a session's cluster time cannot be had on another session.
  const level = pick(fieldsOf(readConcern), ['level']);
  const usable = isFields(readConcern) && !isInTransaction(command) && 'level' in level;
  return usable ? { ...rest, readConcern: level } : rest;
}
