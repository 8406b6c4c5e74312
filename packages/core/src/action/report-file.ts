import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { redact } from './secrets.ts';

let sequence = 0;

/** The folder of this step's report and flight record; a new one at each call. */
export async function reportDirectory(action: string): Promise<string> {
  sequence += 1;
  const base = process.env.RUNNER_TEMP || tmpdir();
  const directory = join(base, 'paal', `${action}-${process.pid}-${sequence}`);
  await mkdir(directory, { recursive: true });
  return directory;
}

/** Writes `report` as JSON, redacted; the output `report` is the path that it gives. */
export async function writeReport(directory: string, report: object): Promise<string> {
  const file = join(directory, 'report.json');
  await writeFile(file, `${redact(JSON.stringify(report, undefined, 2))}\n`);
  return file;
}
