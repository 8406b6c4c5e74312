import { stripTypeScriptTypes } from 'node:module';
import { type AnyNode, type Comment, type Program, parse } from 'acorn';
import { fullAncestor } from 'acorn-walk';

/** A migration's source as a tree. */
export interface ParsedMigration {
  readonly source: string;
  readonly program: Program;
  readonly comments: readonly Comment[];
  /** The node around each node. */
  readonly parents: ReadonlyMap<AnyNode, AnyNode>;
}

/** Why a source is none, and where; line and column count from 1. */
export interface SyntaxProblem {
  readonly message: string;
  readonly line: number;
  readonly column: number;
}

/** `source` without its types, which become blanks, so that every position stays what it is. */
function stripTypes(source: string): string {
  const { emitWarning } = process;
  // Node says at the first call that the function may change; the user cannot do anything about that.
  process.emitWarning = () => {};
  try {
    return stripTypeScriptTypes(source);
  } finally {
    process.emitWarning = emitWarning;
  }
}

/** What Node puts before the stack: `file:line`, some lines of the source, and a caret below the last. */
function problemOfTypes(error: unknown): SyntaxProblem {
  const { message, stack = '' } = error as Error;
  const [, line = '1', before = ''] = /^.*:(\d+)\n(?:[^\n]*\n)*?( *)\^/.exec(stack) ?? [];
  return { message, line: Number(line), column: before.length + 1 };
}

function problemOfScript(error: SyntaxError): SyntaxProblem {
  const { loc } = error as SyntaxError & { loc?: { line: number; column: number } };
  const message = error.message.replace(/ \(\d+:\d+\)$/, '');
  return { message, line: loc?.line ?? 1, column: (loc?.column ?? 0) + 1 };
}

/** Whether `text` reads as a module; what is neither clearly one nor the other is tried as one first. */
function parseAsEither(text: string, comments: Comment[]): Program {
  const options = {
    ecmaVersion: 'latest',
    locations: true,
    allowHashBang: true,
    allowAwaitOutsideFunction: true,
    onComment: comments,
  } as const;
  try {
    return parse(text, { ...options, sourceType: 'module' });
  } catch (asModule) {
    comments.length = 0;
    try {
      return parse(text, { ...options, sourceType: 'script', allowReturnOutsideFunction: true });
    } catch (asScript) {
      // Whichever reading came further says what is really wrong.
      const place = (error: unknown): number => (error as { pos?: number }).pos ?? 0;
      throw place(asScript) > place(asModule) ? asScript : asModule;
    }
  }
}

/** The tree of `source`, whose file is called `name`; or what is wrong with it. */
export function parseMigration(name: string, source: string): ParsedMigration | SyntaxProblem {
  let text = source;
  if (name.endsWith('.ts')) {
    try {
      text = stripTypes(source);
    } catch (error) {
      return problemOfTypes(error);
    }
  }
  const comments: Comment[] = [];
  let program: Program;
  try {
    program = parseAsEither(text, comments);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return problemOfScript(error);
  }
  const parents = new Map<AnyNode, AnyNode>();
  fullAncestor(program, (node, _, ancestors) => {
    const parent = ancestors.at(-2);
    if (parent && parent !== node) parents.set(node, parent);
  });
  return { source, program, comments, parents };
}
