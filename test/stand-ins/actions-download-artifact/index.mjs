import { cpSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

const { PAAL_ARTIFACTS: artifacts, INPUT_NAME: name = '', INPUT_PATH: path = '.' } = process.env;

try {
  if (!artifacts) {
    throw new Error(
      'This is a stand-in for actions/download-artifact: it needs the environment variable ' +
        "PAAL_ARTIFACTS, a folder for this run's artifacts.",
    );
  }
  const source = join(artifacts, name);
  if (!existsSync(source)) throw new Error(`No job of this run has uploaded an artifact ${name}`);
  mkdirSync(path, { recursive: true });
  cpSync(source, path, { recursive: true });
  console.log(`Copied the artifact ${name} to ${path}`);
} catch (error) {
  console.log(`::error::${error.message}`);
  process.exitCode = 1;
}
