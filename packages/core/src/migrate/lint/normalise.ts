import type { AnyNode, Expression } from 'acorn';
import { constantOf, elementsOf, keyOf, memberOf, objectOf, propertiesOf } from './literals.ts';
import type { DriverCall, Operation } from './operation.ts';
import type { Scope } from './scope.ts';
import { textsOf } from './values.ts';

/** Older names of the same. */
const NAMES: Readonly<Record<string, string>> = {
  insert: 'insertMany',
  remove: 'deleteMany',
  update: 'updateOne',
  ensureIndex: 'createIndex',
  dropAllIndexes: 'dropIndexes',
};

type Parts = Partial<Pick<Operation, 'filter' | 'update' | 'documents' | 'options'>>;

/** What stands where among the arguments of a method. */
function partsOf(method: string, [first, second, third]: readonly Expression[]): Parts {
  if (/^insert/.test(method)) return { documents: first, options: second };
  if (/^(?:update|replace|findOneAnd(?:Update|Replace))/.test(method)) {
    return { filter: first, update: second, options: third };
  }
  if (/^(?:delete|findOneAndDelete)/.test(method)) return { filter: first, options: second };
  return { options: second };
}

function operation(
  call: DriverCall,
  method: string,
  over: Partial<Omit<Operation, 'call' | 'method'>> = {},
): Operation {
  const own = NAMES[method] ?? method;
  return {
    call,
    method: own,
    place: call.place,
    collections: call.collections,
    scope: call.scope,
    args: call.args,
    filter: undefined,
    update: undefined,
    documents: undefined,
    options: undefined,
    ...partsOf(own, call.args),
    ...over,
  };
}

/** The property `name` of an object, as it is written. */
function part(object: ReturnType<typeof objectOf>, name: string): Expression | undefined {
  return object && propertiesOf(object).find((one) => keyOf(one) === name)?.value;
}

function ofBulkWrite(call: DriverCall): readonly Operation[] {
  const items = elementsOf(call.args[0], call.scope) ?? [];
  return items.flatMap(({ node, scope }) => {
    const item = objectOf(node, scope);
    const [entry] = item ? propertiesOf(item) : [];
    const method = entry && keyOf(entry);
    if (!item || !entry || !method) return [];
    const inner = objectOf(entry.value, item.scope);
    return operation(call, method, {
      place: entry,
      scope: inner?.scope ?? item.scope,
      args: [],
      filter: part(inner, 'filter'),
      update: part(inner, 'update') ?? part(inner, 'replacement'),
      documents: part(inner, 'document'),
      // The entry has them beside the rest: upsert, arrayFilters.
      options: entry.value,
    });
  });
}

const COMMANDS: Readonly<Record<string, string>> = {
  drop: 'drop',
  dropDatabase: 'dropDatabase',
  renameCollection: 'rename',
  dropIndexes: 'dropIndexes',
  deleteIndexes: 'dropIndexes',
  createIndexes: 'createIndexes',
  create: 'createCollection',
  collMod: 'collMod',
};

function ofCommand(call: DriverCall): readonly Operation[] {
  const [first] = call.args;
  const command = objectOf(first, call.scope);
  const [entry] = command ? propertiesOf(command) : [];
  const name = entry && keyOf(entry);
  if (!command || !entry || !name) return [];
  const collections = textsOf(entry.value, command.scope);
  const common = { place: entry as AnyNode, collections, scope: command.scope };
  if (name === 'update' || name === 'delete') {
    const list = elementsOf(part(command, `${name}s`), command.scope) ?? [];
    return list.map(({ node, scope }) => {
      const item = objectOf(node, scope);
      const many =
        name === 'update'
          ? constantOf(memberOf(item, 'multi')) === true
          : constantOf(memberOf(item, 'limit')) === 0;
      return operation(call, `${name}${many ? 'Many' : 'One'}`, {
        ...common,
        place: node,
        scope: item?.scope ?? scope,
        filter: part(item, 'q'),
        update: part(item, 'u'),
        options: node,
      });
    });
  }
  if (name === 'insert') {
    return [operation(call, 'insertMany', { ...common, documents: part(command, 'documents') })];
  }
  const method = COMMANDS[name];
  if (method === undefined) return [];
  const index = part(command, 'index');
  const isOne = method === 'dropIndexes' && textsOf(index, command.scope)[0] !== '*' && index;
  // The namespace is database.collection.
  const below =
    name === 'renameCollection'
      ? collections.map((one) => one.replace(/^[^.]*\./, ''))
      : collections;
  return [
    operation(call, isOne ? 'dropIndex' : method, {
      ...common,
      collections: below,
      args: name === 'createIndexes' ? [part(command, 'indexes')].filter((one) => !!one) : [],
      options: first,
    }),
  ];
}

function ofDatabase(call: DriverCall, scope: Scope): readonly Operation[] {
  const [first, second] = call.args;
  const collections = textsOf(first, scope);
  switch (call.method) {
    case 'dropCollection':
      return [operation(call, 'drop', { collections })];
    case 'renameCollection':
      return [
        operation(call, 'rename', { collections, args: call.args.slice(1), options: call.args[2] }),
      ];
    case 'createCollection':
      return [operation(call, 'createCollection', { collections, options: second })];
    case 'createIndex':
      return [
        operation(call, 'createIndex', {
          collections,
          args: call.args.slice(1),
          options: call.args[2],
        }),
      ];
    case 'command':
    case 'executeDbAdminCommand':
      return ofCommand(call);
    default:
      return [operation(call, call.method)];
  }
}

/** What the server is asked to do by `call`. */
export function operationsOf(call: DriverCall): readonly Operation[] {
  if (call.on === 'admin' || call.on === 'database') return ofDatabase(call, call.scope);
  if (call.on === 'cursor') return [];
  return call.method === 'bulkWrite' ? ofBulkWrite(call) : [operation(call, call.method)];
}

/** What an entry of `initializeOrderedBulkOp()` will ask: `bulk.find(filter).update(…)`. */
export function operationOfBulkFind(
  call: DriverCall,
  filter: Expression | undefined,
): Operation | undefined {
  const [update] = call.args;
  const methods: Readonly<Record<string, string>> = {
    update: 'updateMany',
    updateOne: 'updateOne',
    replaceOne: 'replaceOne',
    delete: 'deleteMany',
    deleteOne: 'deleteOne',
  };
  const method = methods[call.method];
  return method ? operation(call, method, { filter, update, options: undefined }) : undefined;
}
