import {
  type Document,
  isCollection,
  isMap,
  isScalar,
  LineCounter,
  type Node,
  parseAllDocuments,
  type Tags,
  type YAMLError,
} from 'yaml';
import { errorMessage, formatPosition, type SourcePosition, UserError } from '../errors.ts';

/** Where a value came from: its document in its file. */
export interface YamlDocument {
  /** The document as plain data; `undefined` when it is empty. */
  readonly value: unknown;
  /** Place of the node at `path`, or of its nearest ancestor that is written down. */
  position(path: readonly PropertyKey[]): SourcePosition;
  /** Place of the key `key` of the mapping at `path`. */
  keyPosition(path: readonly PropertyKey[], key: string): SourcePosition;
}

/**
 * The two dialects in use. `1.2` is for our own files. `kubernetes` is what the API machinery reads
 * (YAML 1.1 in Go: `0644` is octal, `yes` a boolean), without the parts that Go leaves out: sexagesimal
 * numbers and timestamps stay strings.
 */
export type YamlDialect = '1.2' | 'kubernetes';

// YAML's "billion laughs": a few aliases that expand to gigabytes.
const MAX_ALIASES = 100;

const WITHOUT_IN_GO = /tag:yaml\.org,2002:timestamp/;

function kubernetesTags(tags: Tags): Tags {
  return tags.filter(
    (tag) =>
      typeof tag === 'string' ||
      !(WITHOUT_IN_GO.test(tag.tag) || ('format' in tag && tag.format === 'TIME')),
  );
}

function syntaxError(error: YAMLError, position: SourcePosition): UserError {
  const text = error.message.split('\n')[0]?.replace(/ at line \d+, column \d+:?$/, '');
  return new UserError(`${formatPosition(position)}: not valid YAML: ${text}`, { position });
}

/**
 * The documents of `text`, which also may be JSON.
 * @throws UserError with file, line and column
 */
export function parseYaml(
  text: string,
  file: string,
  dialect: YamlDialect,
): readonly YamlDocument[] {
  const lines = new LineCounter();
  const parsed = parseAllDocuments(text, {
    lineCounter: lines,
    ...(dialect === 'kubernetes'
      ? { version: '1.1', customTags: kubernetesTags, merge: true }
      : { version: '1.2' }),
  });
  const documents: readonly Document[] = Array.isArray(parsed) ? parsed : [];
  const place = (offset: number | undefined): SourcePosition => {
    if (offset === undefined) return { file };
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col };
  };
  return documents.map((document) => {
    const [syntax] = document.errors;
    if (syntax) throw syntaxError(syntax, place(syntax.pos[0]));
    const node = (path: readonly PropertyKey[]): Node | undefined =>
      (path.length === 0 ? document.contents : document.getIn(path as unknown[], true)) as
        | Node
        | undefined;
    const keyOf = (path: readonly PropertyKey[], key: PropertyKey | undefined) => {
      const map = node(path);
      const pair = isMap(map)
        ? map.items.find((item) => isScalar(item.key) && item.key.value === key)
        : undefined;
      return pair?.key as Node | undefined;
    };
    const start = place(document.contents?.range?.[0]);
    let value: unknown;
    try {
      value = document.toJS({ maxAliasCount: MAX_ALIASES }) ?? undefined;
    } catch (error) {
      throw new UserError(`${formatPosition(start)}: not valid YAML: ${errorMessage(error)}`, {
        cause: error,
        position: start,
      });
    }
    return {
      value,
      position: (path) => {
        for (let length = path.length; length >= 0; length -= 1) {
          const found = node(path.slice(0, length));
          if (!found?.range) continue;
          // What a map or list is called often stands on the line above its first entry.
          const name = isCollection(found) && keyOf(path.slice(0, length - 1), path[length - 1]);
          return place((name || found).range?.[0]);
        }
        return { file };
      },
      keyPosition: (path, key) => place(keyOf(path, key)?.range?.[0]),
    };
  });
}
