import pLimit from 'p-limit';
import { type Bson, fieldsOf, firstKey, isFields, pick } from './bson.ts';
import { type Count, type RealDatabase, SELECTING } from './real-database.ts';
import type { Fields, RecordedCommand } from './recorded.ts';
import { ejsonText, joinText, shapeOf } from './shown-text.ts';

/** What writes are looked at with. */
export interface Tools {
  readonly bson: Bson;
  readonly real: RealDatabase;
  /** The calendar's time, which says what has expired. */
  readonly today: () => Date;
}

/** Where a statement writes. */
export interface Namespace {
  readonly database: string;
  readonly collection: string;
}

/** What became of one statement of a write: its record, and what a driver is told of it. */
export interface Planned {
  readonly record: RecordedCommand;
  /** Documents that it would change, delete or insert. */
  readonly n: number;
  /** The _id of the document that an upsert would insert. */
  readonly upserted?: unknown;
}

/** An update, by its command's or by bulkWrite's names for its parts. */
export interface UpdateStatement {
  readonly filter: Fields;
  readonly update: unknown;
  readonly options: Fields;
  readonly multi: boolean;
  readonly upsert: boolean;
}

const MOST_IDS = 1_000;
const SHOWN_DOCUMENTS = 2;
/** How many statements of one command are looked at at once. */
const AT_ONCE = 8;

function isOperator(value: unknown): boolean {
  return isFields(value) && firstKey(value).startsWith('$');
}

/** The document that an upsert would insert, as far as `update` tells it without being carried out. */
export function upsertedDocument(bson: Bson, filter: Fields, update: unknown): Fields {
  const equal = Object.entries(filter).filter(
    ([key, value]) => !key.startsWith('$') && !key.includes('.') && !isOperator(value),
  );
  const changes = fieldsOf(update);
  const set = isOperator(changes)
    ? { ...fieldsOf(changes.$inc), ...fieldsOf(changes.$setOnInsert), ...fieldsOf(changes.$set) }
    : changes;
  return { _id: new bson.ObjectId(), ...Object.fromEntries(equal), ...set };
}

/** What is said where a statement takes the first of those that it finds. */
function firstOf({ documents = 0 }: Count): string | undefined {
  return documents > 1 ? `the filter matches ${documents}, and the first is taken` : undefined;
}

function updateName(update: unknown, multi: boolean): string {
  if (multi) return 'updateMany';
  return Array.isArray(update) || isOperator(update) ? 'updateOne' : 'replaceOne';
}

/** Looks at an update: how many documents its filter matches. */
export async function planUpdate(
  { bson, real }: Tools,
  where: Namespace,
  statement: UpdateStatement,
): Promise<Planned> {
  const { filter, update, options, multi, upsert } = statement;
  const name = updateName(update, multi);
  const shape = shapeOf([name, where, upsert], filter, update);
  const count = await real.count({ ...where, filter, options: pick(options, SELECTING) }, shape);
  // Where it is not counted, one is as good a guess as any, and lets a migration go on.
  const matched = count.documents ?? 1;
  const inserts = upsert && matched === 0;
  const n = multi ? matched : Math.min(matched, 1);
  const text = joinText(
    `filter ${ejsonText(bson, filter)}`,
    `update ${ejsonText(bson, update)}`,
    options.arrayFilters === undefined
      ? undefined
      : `arrayFilters ${ejsonText(bson, options.arrayFilters)}`,
    upsert ? 'upsert' : undefined,
  );
  const note = inserts
    ? 'the filter matches none, and one would be inserted'
    : (count.why ?? (multi ? undefined : firstOf(count)));
  const documents = inserts ? 1 : count.why === undefined ? n : undefined;
  const record = { name, ...where, text, documents, note, shape };
  return inserts
    ? { record, n: 1, upserted: upsertedDocument(bson, filter, update)._id }
    : { record, n };
}

/** Looks at a deletion: how many documents its filter matches. */
export async function planDelete(
  { bson, real }: Tools,
  where: Namespace,
  { filter, options, multi }: Omit<UpdateStatement, 'update' | 'upsert'>,
): Promise<Planned> {
  const name = multi ? 'deleteMany' : 'deleteOne';
  const shape = shapeOf([name, where], filter);
  const count = await real.count({ ...where, filter, options: pick(options, SELECTING) }, shape);
  const matched = count.documents ?? 1;
  const n = multi ? matched : Math.min(matched, 1);
  const note = count.why ?? (multi ? undefined : firstOf(count));
  const text = `filter ${ejsonText(bson, filter)}`;
  const documents = count.why === undefined ? n : undefined;
  return { record: { name, ...where, text: joinText(text), documents, note, shape }, n };
}

/** Looks at an insertion: whether documents with these _ids are there. */
export async function planInsert(
  { bson, real }: Tools,
  where: Namespace,
  documents: readonly unknown[],
): Promise<Planned> {
  const name = 'insert';
  const shape = `${name} ${where.database}.${where.collection}`;
  const ids = documents.map((document) => fieldsOf(document)._id).filter((id) => id !== undefined);
  const filter = { _id: { $in: ids.slice(0, MOST_IDS) } };
  const taken = ids.length === 0 ? { documents: 0 } : await real.count({ ...where, filter }, shape);
  const note = taken.documents
    ? `${taken.documents} of the _ids exist now: unless they are deleted before, this fails`
    : undefined;
  const shown = documents.slice(0, SHOWN_DOCUMENTS).map((document) => ejsonText(bson, document));
  const rest = documents.length > SHOWN_DOCUMENTS ? '…' : undefined;
  const n = documents.length;
  return {
    record: { name, ...where, text: joinText(...shown, rest), documents: n, note, shape },
    n,
  };
}

/** How many documents `planned` would change, delete or insert together. */
export function sumOf(planned: readonly Planned[]): number {
  return planned.reduce((total, { n }) => total + n, 0);
}

/** An update as the commands `update` and `bulkWrite` have it. */
export function readUpdate(statement: unknown, command: Fields): UpdateStatement {
  const { q, u, filter, updateMods, multi, upsert, ...options } = fieldsOf(statement);
  return {
    filter: fieldsOf(q ?? filter),
    update: u ?? updateMods,
    options: { ...pick(command, ['let']), ...options },
    multi: multi === true,
    upsert: upsert === true,
  };
}

/** What `plan` gives for each element of `list`, in their order; a few are looked at at once. */
export async function planEach<T>(
  list: readonly T[],
  plan: (element: T) => Promise<Planned>,
): Promise<readonly Planned[]> {
  return await pLimit(AT_ONCE).map(list, async (element) => await plan(element));
}
