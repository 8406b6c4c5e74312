import { type AnnotationProperties, error, notice, warning } from '@actions/core';
import type { SourcePosition } from '../errors.ts';
import { printable } from './log.ts';

/** A note at a place of the user's files. */
export interface Annotation {
  readonly severity: 'error' | 'warning' | 'info';
  /** Before the message, in bold. */
  readonly title: string;
  readonly message: string;
  readonly position: SourcePosition;
}

/**
 * GitHub shows ten annotations of each level of a step, and drops the others
 * (actions/runner src/Runner.Worker/ExecutionContext.cs). One of them is the step's own error.
 */
export const MOST_ANNOTATIONS = 9;

const COMMANDS = { error, warning, info: notice } as const;

/** Prints annotations, as many of each level as GitHub shows; gives how many it has left out. */
export function annotate(annotations: readonly Annotation[]): number {
  let left = 0;
  for (const severity of ['error', 'warning', 'info'] as const) {
    const own = annotations.filter((one) => one.severity === severity);
    for (const { title, message, position } of own.slice(0, MOST_ANNOTATIONS)) {
      const properties: AnnotationProperties = {
        title,
        file: position.file,
        ...(position.line ? { startLine: position.line } : {}),
        ...(position.column ? { startColumn: position.column } : {}),
      };
      COMMANDS[severity](printable(message), properties);
    }
    left += Math.max(0, own.length - MOST_ANNOTATIONS);
  }
  return left;
}
