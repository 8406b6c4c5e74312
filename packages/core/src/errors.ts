/** A place in a file of the user's repository; line and column count from 1. */
export interface SourcePosition {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

/** The place as editors and compilers write it: `file:line:column`. */
export function formatPosition(position: SourcePosition): string {
  return [position.file, position.line, position.column]
    .filter((part) => part !== undefined)
    .join(':');
}

/**
 * Something that the user can mend: bad input, a missing permission, a rollout that failed. Its
 * message says what failed, on what, why, and what to do next; it is printed without a stack. Any
 * other error is a bug of ours.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
  /** Where in the user's files the cause stands; becomes the annotation's place. */
  readonly position: SourcePosition | undefined;
  /** What it is in one word, as the output `failure-reason` has it; `undefined` for bad input. */
  readonly failureReason: string | undefined;

  constructor(
    message: string,
    options: { cause?: unknown; position?: SourcePosition; failureReason?: string } = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.position = options.position;
    this.failureReason = options.failureReason;
  }
}

/** The text of whatever was thrown, without a stack. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
