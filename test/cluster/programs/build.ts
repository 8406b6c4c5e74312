import { rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '@paal/core/errors';
import { ExecaError, execa } from 'execa';
import type { GoProgram } from './catalogue.ts';

const modules = dirname(fileURLToPath(import.meta.url));
const LINES_OF_OUTPUT = 15;

/** The arguments of `go build` for a program: static, without paths of the machine it is built on. */
export function buildArguments(program: GoProgram, output: string): readonly string[] {
  const variables = Object.entries(program.variables ?? {}).map(
    ([name, value]) => `-X ${name}=${value}`,
  );
  const linker = ['-s', '-w', ...variables].join(' ');
  const tags = program.tags ? [`-tags=${program.tags.join(',')}`] : [];
  const flags = ['-mod=readonly', '-trimpath', '-buildvcs=false', `-ldflags=${linker}`];
  return ['build', ...flags, ...tags, '-o', output, program.package];
}

/** Runs go in the module's folder; its last lines of output become the error. */
async function go(program: GoProgram, args: readonly string[], signal?: AbortSignal) {
  return await execa('go', args, {
    cwd: join(modules, program.module),
    // The compiler spends much of its time on collecting garbage, and there is memory enough.
    env: { CGO_ENABLED: '0', GOGC: '400' },
    all: true,
    ...(signal ? { cancelSignal: signal } : {}),
  });
}

async function requireGo(name: string, program: GoProgram, why: string): Promise<void> {
  try {
    await go(program, ['env', 'GOVERSION']);
  } catch (error) {
    const found = error instanceof ExecaError && error.code !== 'ENOENT' ? error.all : undefined;
    throw new UserError(
      `Go 1.26 or newer is needed to build ${name} ${program.version} (${why}): ` +
        `install it from https://go.dev/dl and put it on PATH.` +
        (found === undefined ? '' : ` The Go that was found says: ${found}`),
      { cause: error },
    );
  }
}

/**
 * Builds a program from its published Go modules, which go.sum pins, and puts it at `target` in one
 * step. `why` tells why it has to be built.
 */
export async function build(
  name: string,
  program: GoProgram,
  target: string,
  why: string,
  signal?: AbortSignal,
): Promise<void> {
  await requireGo(name, program, why);
  const draft = `${target}.${process.pid}.building`;
  try {
    await go(program, buildArguments(program, draft), signal);
    await rename(draft, target);
  } catch (error) {
    if (!(error instanceof ExecaError) || error.isCanceled) throw error;
    const output = String(error.all ?? error.shortMessage);
    const tail = output.split('\n').slice(-LINES_OF_OUTPUT).join('\n');
    throw new UserError(
      `Building ${name} ${program.version} from its Go modules failed. Is the Go module proxy ` +
        `reachable, and is there room on the disk? "go build" ended with:\n${tail}`,
      { cause: error },
    );
  } finally {
    await rm(draft, { force: true });
  }
}
