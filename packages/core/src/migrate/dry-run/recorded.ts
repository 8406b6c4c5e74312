/** A command, an answer or a document of MongoDB; its values are BSON's own types. */
export type Fields = Readonly<Record<string, unknown>>;

/** A write that a migration sent, and that no database got. */
export interface RecordedCommand {
  /** `insert`, `updateOne`, `updateMany`, `replaceOne`, `deleteOne`, …, or the command's own name. */
  readonly name: string;
  readonly database: string;
  readonly collection: string | undefined;
  /** What it says, as EJSON on one line: shortened, and without what looks like a secret. */
  readonly text: string;
  /**
   * How many documents would be inserted, changed or deleted; `undefined` where that is not counted
   * or where the command concerns none.
   */
  readonly documents: number | undefined;
  /** What else is to be known of it. */
  readonly note: string | undefined;
  /** The same for commands that differ in values only. */
  readonly shape: string;
}

/** What was recorded, and how many writes more there were. */
export interface Recorded {
  readonly commands: readonly RecordedCommand[];
  readonly omitted: number;
}

/** Keeps writes until they are taken. */
export interface Recorder {
  add(commands: readonly RecordedCommand[]): void;
  take(): Recorded;
}

/** Keeps the first `most` writes since the last take, and counts those after them. */
export function newRecorder(most: number): Recorder {
  let commands: RecordedCommand[] = [];
  let omitted = 0;
  return {
    add: (more) => {
      const kept = more.slice(0, most - commands.length);
      commands.push(...kept);
      omitted += more.length - kept.length;
    },
    take: () => {
      const taken = { commands, omitted };
      commands = [];
      omitted = 0;
      return taken;
    },
  };
}
