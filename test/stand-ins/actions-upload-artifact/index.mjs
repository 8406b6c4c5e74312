import { cpSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';

const { PAAL_ARTIFACTS: artifacts, INPUT_NAME: name = '', INPUT_PATH: path = '' } = process.env;

try {
  if (!artifacts) {
    throw new Error(
      'This is a stand-in for actions/upload-artifact: it needs the environment variable ' +
        "PAAL_ARTIFACTS, a folder for this run's artifacts.",
    );
  }
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) throw new Error(`There is no file or folder ${path} (patterns are not understood)`);
  const target = join(artifacts, name);
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  cpSync(path, found.isDirectory() ? target : join(target, basename(path)), { recursive: true });
  console.log(`Copied ${path} as the artifact ${name}`);
} catch (error) {
  console.log(`::error::${error.message}`);
  process.exitCode = 1;
}
