import { createHash } from 'node:crypto';

const ARG = /^\s*ARG\s+(.+)$/i;

function argumentNames(line: string): readonly string[] {
  const declarations = ARG.exec(line)?.[1] ?? '';
  return declarations.split(/\s+/).map((one) => one.replace(/=.*$/s, ''));
}

/**
 * `dockerfile` with an unused ARG after every ARG that has a value in `buildArgs`, named for that
 * value. buildah 1.28 keeps layers by the text of their instructions, without the values of build
 * arguments, and would take another version's layer for this one's.
 */
export function withArgumentsInCache(
  dockerfile: string,
  buildArgs: Readonly<Record<string, string>>,
): string {
  return dockerfile
    .split('\n')
    .flatMap((line) => {
      const marks = argumentNames(line).flatMap((name) => {
        const value = buildArgs[name];
        if (value === undefined) return [];
        const hash = createHash('sha256').update(value).digest('hex').slice(0, 16);
        return [`ARG ${name}_is_${hash}`];
      });
      return [line, ...marks];
    })
    .join('\n');
}
