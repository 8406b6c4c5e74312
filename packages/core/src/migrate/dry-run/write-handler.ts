import type { Fields, RecordedCommand } from './recorded.ts';
import type { Tools } from './statements.ts';

/** What a write is answered with, and what is recorded of it. */
export interface Outcome {
  readonly answer: Fields;
  readonly records: readonly RecordedCommand[];
}

/** Looks at a write to a database instead of carrying it out. */
export type WriteHandler = (tools: Tools, database: string, command: Fields) => Promise<Outcome>;
