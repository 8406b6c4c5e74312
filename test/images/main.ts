import { UserError } from '@paal/core/errors';
import { Command } from 'commander';
import { printProgress } from '../cluster/progress.ts';
import { buildImage } from './build-image.ts';
import { nodeBaseImage } from './node-base-image.ts';
import { localRegistryOf } from './registries.ts';
import { testApp } from './test-app.ts';

interface BuildFlags {
  readonly file?: string;
  readonly tag: readonly string[];
  readonly buildArg: readonly string[];
  readonly push: boolean;
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

/** `NAME=value` as a pair. */
function splitArgument(text: string): readonly [string, string] {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) {
    throw new UserError(`The build argument "${text}" is not NAME=value.`);
  }
  return [name, value];
}

async function build(context: string, flags: BuildFlags): Promise<void> {
  const [first = ''] = flags.tag;
  const registry = localRegistryOf(first);
  const progress = printProgress();
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  process.once('SIGTERM', () => stop.abort());
  await nodeBaseImage(registry, { progress, signal: stop.signal });
  const { digest } = await buildImage({
    context,
    tags: flags.tag,
    buildArgs: Object.fromEntries(flags.buildArg.map(splitArgument)),
    registry,
    push: flags.push,
    progress,
    signal: stop.signal,
    ...(flags.file === undefined ? {} : { dockerfile: flags.file }),
  });
  console.log(digest);
}

const program = new Command('images').description(
  'Builds images without a Docker engine, for a registry on this machine. Prints their digests.',
);
program
  .command('build')
  .argument('CONTEXT', 'the folder that the Dockerfile copies from')
  .option('--file <FILE>', 'the Dockerfile; default: the one in CONTEXT')
  .requiredOption('--tag <NAME>', 'localhost:PORT/NAME:TAG; may be repeated', collect, [])
  .option('--build-arg <NAME=VALUE>', 'may be repeated', collect, [])
  .option('--no-push', 'builds only')
  .action(build);
program
  .command('test-app')
  .argument('REGISTRY', 'localhost:PORT')
  .argument('[VERSION...]', 'default: v1 v2')
  .action(async (registry: string, versions: readonly string[]) => {
    const wanted = versions.length > 0 ? versions : undefined;
    for (const { image, digest } of await testApp(registry, wanted, {
      progress: printProgress(),
    })) {
      console.log(`${image} ${digest}`);
    }
  });

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
