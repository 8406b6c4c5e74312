import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { stringify } from 'yaml';
import { type ProgramPaths, programPath } from './control-plane/components.ts';
import type { ProcessSpec } from './supervisor/processes.ts';

function configurationFile(directory: string): string {
  return join(directory, 'registry', 'config.yaml');
}

/** Writes what the cluster's image registry reads: loopback only, and images can be deleted. */
export async function writeRegistryFile(directory: string, port: number): Promise<void> {
  const file = configurationFile(directory);
  await mkdir(dirname(file), { recursive: true });
  const configuration = {
    version: 0.1,
    log: { level: 'warn' },
    storage: {
      filesystem: { rootdirectory: join(directory, 'registry', 'storage') },
      delete: { enabled: true },
    },
    http: { addr: `127.0.0.1:${port}`, secret: 'shared by the one registry with itself' },
  };
  await writeFile(file, stringify(configuration));
}

export function registry(directory: string, programs: ProgramPaths): ProcessSpec {
  return {
    name: 'registry',
    command: programPath(programs, 'registry'),
    args: ['serve', configurationFile(directory)],
    env: { OTEL_TRACES_EXPORTER: 'none' },
  };
}
