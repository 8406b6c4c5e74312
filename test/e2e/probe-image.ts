import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeProgramImage } from '../cluster/local/oci-archive.ts';
import { catalogue } from '../cluster/programs/catalogue.ts';
import { ensurePrograms } from '../cluster/programs/programs.ts';
import { copyImage } from '../images/skopeo.ts';
import { tell } from './tell.ts';

/** Puts the image of podprobe (its main.go tells what it can do) into a registry, and gives its name. */
export async function probeImage(registry: string): Promise<string> {
  const { podprobe } = await ensurePrograms(['podprobe'], tell);
  const image = `${registry}/podprobe:${catalogue.podprobe.version}`;
  const folder = await mkdtemp(join(tmpdir(), 'paal-probe-'));
  try {
    const archive = join(folder, 'image.tar');
    await writeProgramImage(image, podprobe, archive);
    await copyImage(`oci-archive:${archive}`, `docker://${image}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return image;
}
