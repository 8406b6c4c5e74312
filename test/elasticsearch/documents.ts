/** How a field is indexed. A text has, by the default mapping of texts, a field `.keyword` below it. */
export type FieldType = 'keyword' | 'text' | 'text-without-keyword' | 'long' | 'date';

/** A line of a log, as fluentd sends it; other fields as they are. */
export type Document = Readonly<Record<string, unknown>>;

/** What Elasticsearch says about a query that it cannot make. */
export class QueryError extends Error {
  override readonly name = 'QueryError';
  readonly type: string;

  constructor(type: string, reason: string) {
    super(reason);
    this.type = type;
  }
}

/** An index, and its own time. */
export interface Index {
  readonly mapping: Readonly<Record<string, FieldType>>;
  /** Milliseconds since 1970. */
  readonly now: number;
}

type Clause = Readonly<Record<string, unknown>>;

function valueAt(document: Document, path: string): unknown {
  let value: unknown = document;
  for (const key of path.split('.')) value = (value as Record<string, unknown> | undefined)?.[key];
  return value;
}

/** The words of a text, as the standard analyzer makes them, near enough. */
function wordsOf(text: string): readonly string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? [];
}

/** What is in the index for a field of a document: whole values, or words. */
function termsOf(document: Document, field: string, { mapping }: Index): readonly string[] {
  const parent = field.replace(/\.keyword$/, '');
  if (field.endsWith('.keyword') && mapping[parent] === 'text') {
    return [String(valueAt(document, parent))];
  }
  const value = valueAt(document, field);
  const type = mapping[field];
  if (type === undefined || value === undefined) return [];
  return type.startsWith('text') ? wordsOf(String(value)) : [String(value)];
}

/** Date math, as far as it is used: `now-90s`, or a time. */
function timeOf(text: unknown, { now }: Index): number {
  const [, amount, unit] = /^now(?:-(\d+)([smh]))?$/.exec(String(text)) ?? [];
  if (String(text).startsWith('now')) {
    const units: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 };
    return now - Number(amount ?? 0) * (units[unit ?? 's'] ?? 0);
  }
  const time = Date.parse(String(text));
  if (Number.isNaN(time)) {
    throw new QueryError('parse_exception', `failed to parse date field [${String(text)}]`);
  }
  return time;
}

function inRange(document: Document, field: string, bounds: Clause, index: Index): boolean {
  const isDate = index.mapping[field] === 'date';
  const value = valueAt(document, field);
  if (value === undefined || index.mapping[field] === undefined) return false;
  const number = isDate ? Date.parse(String(value)) : Number(value);
  const bound = (of: unknown): number => (isDate ? timeOf(of, index) : Number(of));
  return (
    (bounds.gte === undefined || number >= bound(bounds.gte)) &&
    (bounds.gt === undefined || number > bound(bounds.gt)) &&
    (bounds.lte === undefined || number <= bound(bounds.lte)) &&
    (bounds.lt === undefined || number < bound(bounds.lt))
  );
}

function isOneOf(document: Document, field: string, values: readonly unknown[], index: Index) {
  if (index.mapping[field] === 'long') {
    const bad = values.find((value) => Number.isNaN(Number(value)));
    if (bad !== undefined) {
      const reason = `failed to create query: For input string: "${String(bad)}"`;
      throw new QueryError('query_shard_exception', reason);
    }
  }
  const terms = termsOf(document, field, index);
  return values.some((value) => terms.includes(String(value)));
}

/** Whether a document matches a clause of the query language, of those that are known here. */
export function matches(document: Document, clause: Clause, index: Index): boolean {
  const [[kind, body] = ['', {}]] = Object.entries(clause) as [string, Clause][];
  const [[field, argument] = ['', undefined]] = Object.entries(body ?? {});
  switch (kind) {
    case 'bool': {
      const list = (value: unknown): readonly Clause[] => (value ?? []) as readonly Clause[];
      const least = Number(body.minimum_should_match ?? 0);
      const should = list(body.should).filter((one) => matches(document, one, index));
      return (
        list(body.filter).every((one) => matches(document, one, index)) && should.length >= least
      );
    }
    case 'range':
      return inRange(document, field, argument as Clause, index);
    case 'terms':
      return isOneOf(document, field, argument as readonly unknown[], index);
    case 'regexp':
      return termsOf(document, field, index).some((term) =>
        new RegExp(`^(?:${String(argument)})$`).test(term),
      );
    case 'exists':
      return valueAt(document, String(argument)) !== undefined;
    default:
      throw new QueryError('parsing_exception', `unknown query [${kind}]`);
  }
}
