/**
 * The methods of MongoDB's Node.js driver that matter here (mongodb 4 to 7), by the object that has them.
 */

/** Methods of a collection: where its options stand among the arguments. */
export const COLLECTION_METHODS: ReadonlyMap<string, number> = new Map([
  ['find', 1],
  ['findOne', 1],
  ['aggregate', 1],
  ['countDocuments', 1],
  ['estimatedDocumentCount', 0],
  ['count', 1],
  ['distinct', 2],
  ['watch', 1],
  ['insert', 1],
  ['insertOne', 1],
  ['insertMany', 1],
  ['update', 2],
  ['updateOne', 2],
  ['updateMany', 2],
  ['replaceOne', 2],
  ['remove', 1],
  ['deleteOne', 1],
  ['deleteMany', 1],
  ['findOneAndUpdate', 2],
  ['findOneAndReplace', 2],
  ['findOneAndDelete', 1],
  ['bulkWrite', 1],
  ['drop', 0],
  ['rename', 1],
  ['createIndex', 1],
  ['createIndexes', 1],
  ['ensureIndex', 1],
  ['dropIndex', 1],
  ['dropIndexes', 0],
  ['dropAllIndexes', 0],
  ['indexes', 0],
  ['listIndexes', 0],
  ['indexExists', 1],
  ['indexInformation', 0],
  ['isCapped', 0],
  ['options', 0],
]);

/** The same of a database. */
export const DATABASE_METHODS: ReadonlyMap<string, number> = new Map([
  ['createCollection', 1],
  ['dropCollection', 1],
  ['dropDatabase', 0],
  ['renameCollection', 2],
  ['command', 1],
  ['executeDbAdminCommand', 1],
  ['createIndex', 2],
  ['collections', 0],
  ['listCollections', 1],
  ['aggregate', 1],
  ['stats', 0],
  ['indexInformation', 1],
]);

/** What makes a cursor, and asks nothing yet. */
export const CURSOR_METHODS: ReadonlySet<string> = new Set([
  'find',
  'aggregate',
  'listIndexes',
  'listCollections',
  'watch',
]);

/** What asks the server for a cursor's documents. */
export const CURSOR_ENDS: ReadonlySet<string> = new Set([
  'toArray',
  'next',
  'tryNext',
  'hasNext',
  'forEach',
  'count',
  'close',
]);

/** Methods of a collection that give documents, or say something of them, and change none. */
export const READS: ReadonlySet<string> = new Set([
  'find',
  'findOne',
  'aggregate',
  'countDocuments',
  'estimatedDocumentCount',
  'count',
  'distinct',
  'indexes',
  'listIndexes',
  'indexExists',
  'indexInformation',
  'isCapped',
  'options',
  'stats',
  'collections',
  'listCollections',
  'watch',
]);

/** Changes to documents. */
export const WRITES: ReadonlySet<string> = new Set([
  'insertOne',
  'insertMany',
  'updateOne',
  'updateMany',
  'replaceOne',
  'deleteOne',
  'deleteMany',
  'findOneAndUpdate',
  'findOneAndReplace',
  'findOneAndDelete',
]);

/** Those of them that take a document of update operators. */
export const UPDATES: ReadonlySet<string> = new Set([
  'updateOne',
  'updateMany',
  'findOneAndUpdate',
]);
