import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';
import type { Platform, Program } from './catalogue.ts';

/** This machine, in the words of Go and of most release pages. */
export function thisPlatform(): Platform {
  return { os: process.platform, arch: process.arch === 'x64' ? 'amd64' : process.arch };
}

/** The first executable of that name in `folders`. */
export async function findExecutable(
  name: string,
  folders: readonly string[] = (process.env.PATH ?? '').split(delimiter),
): Promise<string | undefined> {
  for (const folder of folders.filter((one) => one !== '')) {
    const path = join(folder, name);
    const found = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return path;
  }
  return undefined;
}

/** Whether the text in which a program tells its version names exactly this one. */
export function namesVersion(text: string, version: string): boolean {
  const escaped = version.replaceAll('.', '\\.');
  return new RegExp(`(?<![\\d.])${escaped}(?![\\d.-])`).test(text);
}

/** The program on PATH, when it is there in exactly the pinned version. */
export async function findOnPath(name: string, program: Program): Promise<string | undefined> {
  if (program.versionArguments === undefined) return undefined;
  const path = await findExecutable(program.executable ?? name);
  if (path === undefined) return undefined;
  const said = await execa(path, program.versionArguments, { all: true, reject: false });
  return namesVersion(said.all, program.version) ? path : undefined;
}
