import type { Clock } from '../clock.ts';

/** What the engine is given by the process that it runs in. */
export interface EngineIo {
  info(text: string): void;
  warn(text: string): void;
  group<T>(title: string, work: () => Promise<T>): Promise<T>;
  /** Hides secrets in a text that will be shown. */
  redact(text: string): string;
  readonly clock: Clock;
  /** The calendar's time. */
  readonly today: () => Date;
  /** Aborted when the run is cancelled. */
  readonly signal: AbortSignal;
  /** Runs the user's own code. */
  foreign<T>(work: () => Promise<T>): Promise<T>;
  /** Takes the process back from user code that does not come to its end. */
  leaveForeign(): void;
  /** The first error of user code that nobody handled. */
  strayError(): Error | undefined;
}

/** How the database is reached, and what a project has settled otherwise than PAAL. */
export interface EngineSettings {
  readonly uri: string;
  /** Name of the collection of applied migrations. */
  readonly changelog: string;
  /** Only files with this extension are migrations; default: all that Node runs. */
  readonly extension: string | undefined;
  readonly clientOptions: Readonly<Record<string, unknown>>;
  /** Makes a backup before the first migration is run; gives what it is called. */
  readonly backup: ((signal: AbortSignal) => Promise<string>) | undefined;
}
