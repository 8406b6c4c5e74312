// The bootstrap behind every npm script: it needs nothing but Node 20 and npm, installs what the
// repository pins, and hands over to scripts/<command>.ts on Node 24, which runs TypeScript as it is.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PNPM = 'pnpm@12.21.0';
const root = dirname(dirname(fileURLToPath(import.meta.url)));

function fail(message) {
  console.error(message);
  process.exit(1);
}

function installDependencies() {
  const stamp = join(root, 'node_modules', '.paal-installed');
  const hash = createHash('sha256');
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json']) {
    hash.update(readFileSync(join(root, file)));
  }
  const wanted = hash.digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  console.error('Installing the packages that pnpm-lock.yaml pins (about a minute the first time)');
  const install = spawnSync(
    'npx',
    ['--yes', PNPM, 'install', '--frozen-lockfile', '--reporter=append-only', '--loglevel=error'],
    { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] },
  );
  if (install.error) {
    fail(`npx was not found (${install.error.message}): install npm, which brings it along.`);
  }
  if (install.status !== 0) {
    fail(
      `Installing the packages failed (npx ${PNPM} install, exit code ${install.status}). ` +
        'Is the npm registry reachable? "npm ping" tells.',
    );
  }
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, wanted);
}

/** The pinned Node 24 of the platform, or the one that runs this script where it is new enough. */
function findNode() {
  const pinned = join(
    root,
    'node_modules',
    `node-${process.platform}-${process.arch}`,
    'bin',
    'node',
  );
  if (existsSync(pinned)) return pinned;
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 24 || (major === 24 && minor >= 0)) return process.execPath;
  return fail(
    `Node ${process.versions.node} is too old for the scripts, and no prebuilt Node 24 exists for ` +
      `${process.platform}-${process.arch}: install Node 24 (https://nodejs.org) and put it first on PATH.`,
  );
}

if (Number(process.versions.node.split('.')[0]) < 20) {
  fail(`Node ${process.versions.node} is too old: install Node 20 or newer (https://nodejs.org).`);
}
const [command, ...rest] = process.argv.slice(2);
if (!command) fail('usage: node scripts/run.mjs COMMAND [ARGUMENT…]');
installDependencies();
const node = findNode();
const child = spawn(
  node,
  [
    '--conditions=paal-source',
    '--disable-warning=ExperimentalWarning',
    join(root, 'scripts', `${command}.ts`),
    ...rest,
  ],
  {
    stdio: 'inherit',
    env: {
      ...process.env,
      PAAL_PNPM: PNPM,
      PATH: `${dirname(node)}:${join(root, 'node_modules', '.bin')}:${process.env.PATH}`,
    },
  },
);
// Who interrupts this process means the child, which has to tidy up and is waited for.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (status) => process.exit(status ?? 1));
