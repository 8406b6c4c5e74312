import { levelOfNumber, levelOfWord, type Severity } from './level.ts';

/** Longer lines of JSON are not read; a kubelet gives none of more than 16 KiB as one. */
const LONGEST_JSON = 64 * 1024;

/** Under which keys loggers write the level, and the message. */
const LEVEL_KEYS = ['level', 'severity', 'lvl', 'log.level', 'levelname', 'level_name', '@level'];
const MESSAGE_KEYS = ['message', 'msg', '@message', 'error', 'err', 'exception', 'log'];

/** What a line of JSON says. */
export interface JsonLevel {
  /** Whether it has a level. */
  readonly known: boolean;
  /** That of a level worth speaking of. */
  readonly severity: Severity | undefined;
  /** Its text, where it has one. */
  readonly message: string | undefined;
}

const NOTHING: JsonLevel = { known: false, severity: undefined, message: undefined };

function parsed(line: string): Readonly<Record<string, unknown>> | undefined {
  if (line.length > LONGEST_JSON || !line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value of a field whose name may have dots, or be a path into records. */
export function fieldOf(record: Readonly<Record<string, unknown>>, name: string): unknown {
  if (record[name] !== undefined) return record[name];
  const dot = name.indexOf('.');
  if (dot < 0) return undefined;
  const inner = record[name.slice(0, dot)];
  return isRecord(inner) ? fieldOf(inner, name.slice(dot + 1)) : undefined;
}

function levelOf(value: unknown): Severity | 'lower' | undefined {
  if (typeof value === 'number') return levelOfNumber(value);
  if (typeof value !== 'string') return undefined;
  return /^\d{1,3}$/.test(value) ? levelOfNumber(Number(value)) : levelOfWord(value);
}

/** MongoDB's: https://www.mongodb.com/docs/manual/reference/log-messages/ */
function mongoLevel({
  t,
  s,
  c,
}: Readonly<Record<string, unknown>>): Severity | 'lower' | undefined {
  if (t === undefined || c === undefined || typeof s !== 'string') return undefined;
  const levels = { F: 'fatal', E: 'error', W: 'warn', I: 'lower' } as const;
  return levels[s as keyof typeof levels];
}

function messageOf(record: Readonly<Record<string, unknown>>): string | undefined {
  for (const key of MESSAGE_KEYS) {
    const value = record[key];
    if (typeof value === 'string' && value !== '') return value;
    if (!isRecord(value)) continue;
    const inner = value.message ?? value.msg;
    if (typeof inner === 'string' && inner !== '') return inner;
  }
  return undefined;
}

/** What a line says that is a JSON object; nothing where it is none. */
export function jsonSeverity(line: string): JsonLevel {
  const record = parsed(line);
  if (!record) return NOTHING;
  const message = messageOf(record);
  for (const key of LEVEL_KEYS) {
    const level = levelOf(fieldOf(record, key));
    if (level === undefined) continue;
    return { known: true, severity: level === 'lower' ? undefined : level, message };
  }
  const level = mongoLevel(record);
  if (level === undefined) return { known: false, severity: undefined, message };
  return { known: true, severity: level === 'lower' ? undefined : level, message };
}

/** The text of a line of JSON; `undefined` where it is none. */
export function jsonMessage(line: string): string | undefined {
  const record = parsed(line);
  return record && messageOf(record);
}
