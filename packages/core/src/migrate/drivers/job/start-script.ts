/** Where the ConfigMaps of a Job are, and where its container may write. */
export const FILES = '/paal/files';
export const WORK = '/paal/work';

/** Files of the ConfigMaps. */
export const START_FILE = 'start.mjs';
export const RUNNER_FILE = 'runner.br';
export const MIGRATIONS_FILE = 'migrations.br';

/** The oldest Node.js for which the runner is made. */
const OLDEST_NODE = 20;

/**
 * Unpacks the runner, and the migrations where they were sent, and becomes the runner. Migrations that
 * were sent find the packages of the image: those beside its working directory.
 */
export const START_SCRIPT = `import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { brotliDecompressSync } from 'node:zlib';
if (Number.parseInt(process.versions.node, 10) < ${OLDEST_NODE}) {
  console.error(\`The migrations need Node.js ${OLDEST_NODE} or newer; this image has \${process.version}.\`);
  process.exit(2);
}
const [files, work] = ['${FILES}', '${WORK}'];
function unpack(archive, folder) {
  for (const [path, text] of Object.entries(JSON.parse(brotliDecompressSync(readFileSync(join(files, archive)))))) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text, 'latin1');
  }
}
unpack('${RUNNER_FILE}', join(work, 'runner'));
if (existsSync(join(files, '${MIGRATIONS_FILE}'))) {
  const checkout = join(work, 'checkout');
  unpack('${MIGRATIONS_FILE}', checkout);
  const packages = join(process.cwd(), 'node_modules');
  if (existsSync(packages)) symlinkSync(packages, join(checkout, 'node_modules'));
  process.chdir(checkout);
}
process.argv[1] = join(work, 'runner', 'index.js');
await import(pathToFileURL(process.argv[1]).href);
`;
