import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A new folder, which goes with everything in it when the run of the tests is over. */
export async function temporaryFolder(label: string): Promise<string> {
  const parent = process.env.PAAL_TEST_TEMPORARY ?? tmpdir();
  return await mkdtemp(join(parent, `paal-${label}-`));
}
