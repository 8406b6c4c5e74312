import { spawnSync } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';

function input(name) {
  return (process.env[`INPUT_${name.toUpperCase()}`] ?? '').trim();
}

function list(text, separator) {
  return text
    .split(separator)
    .map((one) => one.trim())
    .filter((one) => one !== '');
}

function build(repository) {
  const options = [
    ...list(input('tags'), /[\n,]/).flatMap((tag) => ['--tag', tag]),
    ...list(input('build-args'), '\n').flatMap((argument) => ['--build-arg', argument]),
    ...(input('file') === '' ? [] : ['--file', input('file')]),
    ...(input('push') === 'true' ? [] : ['--no-push']),
  ];
  const program = join(repository, 'test', 'images', 'main.ts');
  const flags = ['--conditions=paal-source', '--disable-warning=ExperimentalWarning'];
  const { status, stdout, error } = spawnSync(
    process.execPath,
    [...flags, program, 'build', ...options, '--', input('context') || '.'],
    { stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' },
  );
  if (error || status !== 0) throw new Error(error?.message ?? 'The image could not be built');
  return stdout.trim();
}

try {
  const repository = process.env.PAAL_REPOSITORY;
  if (!repository) {
    throw new Error(
      'This is a stand-in for docker/build-push-action: it needs the environment variable ' +
        'PAAL_REPOSITORY, the path of a checkout of PAAL.',
    );
  }
  const digest = build(repository);
  console.log(`Built ${digest}`);
  appendFileSync(process.env.GITHUB_OUTPUT, `digest=${digest}\n`);
} catch (error) {
  console.log(`::error::${error.message}`);
  process.exitCode = 1;
}
