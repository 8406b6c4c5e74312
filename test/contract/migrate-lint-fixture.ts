import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { temporaryFolder } from '../temporary-folder.ts';
import { runStep, type StepResult } from './run-action.ts';

/** A migration in which nothing is found. */
export const GOOD = `export async function up(db) { await db.collection('a').updateOne({ _id: 1 }, { $set: { b: 1 } }); }
export async function down(db) { await db.collection('a').updateOne({ _id: 1 }, { $set: { b: 0 } }); }
`;
/** One with an error. */
export const DROP = `export async function up(db) {
  await db.collection('old').drop();
}
export const irreversible = 'it is gone';
`;
/** One with a warning. */
export const UNSET = GOOD.replace('$set: { b: 1 }', "$unset: { c: '' }");
export const OLD = 'migrations/20250101000000-old.mjs';
export const NEW = 'migrations/20260101000000-new.mjs';

/** A workspace in which command lint runs. */
export interface LintWorkspace {
  readonly folder: string;
  /** Writes files, by their paths below the workspace. */
  put(files: Readonly<Record<string, string>>): Promise<void>;
  lint(
    inputs?: Readonly<Record<string, string>>,
    env?: Readonly<Record<string, string>>,
  ): Promise<StepResult>;
}

export async function lintWorkspace(): Promise<LintWorkspace> {
  const folder = await temporaryFolder('lint');
  return {
    folder,
    put: async (files) => {
      for (const [name, text] of Object.entries(files)) {
        await mkdir(dirname(join(folder, name)), { recursive: true });
        await writeFile(join(folder, name), text);
      }
    },
    lint: async (inputs = {}, env = {}) =>
      await runStep('migrate', { workspace: folder, inputs: { command: 'lint', ...inputs }, env }),
  };
}
