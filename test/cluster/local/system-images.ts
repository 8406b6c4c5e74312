import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type ProgramPaths, programPath } from '../control-plane/components.ts';
import { catalogue } from '../programs/catalogue.ts';
import { cacheDirectory } from '../programs/programs.ts';
import { writeProgramImage } from './oci-archive.ts';

const SYSTEM = ['pause', 'coredns'] as const;
export type SystemImage = (typeof SYSTEM)[number];

/** The name of an image that every node has; nothing serves it, so it is never pulled. */
export function systemImage(name: SystemImage): string {
  return `paal.invalid/${name}:${catalogue[name].version}`;
}

async function modified(file: string): Promise<number> {
  return await stat(file).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
}

/** The archives of the system's images, kept in the cache and written anew after their programs. */
export async function ensureSystemImages(programs: ProgramPaths): Promise<readonly string[]> {
  return await Promise.all(
    SYSTEM.map(async (name) => {
      const program = programPath(programs, name);
      const archive = join(cacheDirectory(), 'images', `${name}-${catalogue[name].version}.tar`);
      if ((await modified(archive)) <= (await modified(program))) {
        await writeProgramImage(systemImage(name), program, archive);
      }
      return archive;
    }),
  );
}
