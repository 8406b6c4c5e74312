import { createHash } from 'node:crypto';

const ARG = /^\s*ARG\s+(.+)$/i;

/** A Dockerfile, and the build arguments that go with it. */
export interface Recipe {
  readonly dockerfile: string;
  readonly buildArgs: Readonly<Record<string, string>>;
}

function argumentNames(line: string): readonly string[] {
  const declarations = ARG.exec(line)?.[1] ?? '';
  return declarations.split(/\s+/).map((one) => one.replace(/=.*$/, ''));
}

/**
 * The same recipe with an unused argument after every one that has a value, named for that value.
 * buildah 1.28 knows kept layers by the names of build arguments, not by their values, and would take
 * another version's layer for this one's.
 */
export function withValuesInNames({ dockerfile, buildArgs }: Recipe): Recipe {
  const marks = new Map(
    Object.entries(buildArgs).map(([name, value]) => [
      name,
      `${name}_is_${createHash('sha256').update(value).digest('hex').slice(0, 16)}`,
    ]),
  );
  const lines = dockerfile.split('\n').flatMap((line) => {
    const known = argumentNames(line).flatMap((name) => marks.get(name) ?? []);
    return [line, ...known.map((mark) => `ARG ${mark}`)];
  });
  const added = Object.fromEntries([...marks.values()].map((mark) => [mark, '']));
  return { dockerfile: lines.join('\n'), buildArgs: { ...buildArgs, ...added } };
}
