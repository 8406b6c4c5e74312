import { createHash } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { execa } from 'execa';
import { thisPlatform } from '../programs/look-up.ts';

const MEDIA_TYPE = 'application/vnd.oci.image';
/** Archives of the same content are the same, byte by byte. */
const REPRODUCIBLE = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner'];

async function tar(folder: string, archive: string): Promise<void> {
  await execa('tar', [...REPRODUCIBLE, '-cf', archive, '-C', folder, '.']);
}

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/** Adds a blob to an OCI layout (https://github.com/opencontainers/image-spec). */
async function addBlob(layout: string, type: string, content: Buffer): Promise<Descriptor> {
  const hex = createHash('sha256').update(content).digest('hex');
  await writeFile(join(layout, 'blobs', 'sha256', hex), content);
  return { mediaType: `${MEDIA_TYPE}.${type}`, digest: `sha256:${hex}`, size: content.length };
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

/**
 * Writes an image that holds one static program and nothing else as an OCI archive, in one step.
 * `image` is the name under which containerd keeps it.
 */
export async function writeProgramImage(
  image: string,
  program: string,
  archive: string,
): Promise<void> {
  await mkdir(dirname(archive), { recursive: true });
  const work = await mkdtemp(join(dirname(archive), '.image-'));
  try {
    const [root, layout] = [join(work, 'root'), join(work, 'layout')];
    await mkdir(root);
    await mkdir(join(layout, 'blobs', 'sha256'), { recursive: true });
    const entrypoint = `/${basename(program)}`;
    await copyFile(program, join(root, entrypoint));
    await tar(root, join(work, 'layer.tar'));

    const { os, arch } = thisPlatform();
    const layer = await addBlob(layout, 'layer.v1.tar', await readFile(join(work, 'layer.tar')));
    const config = await addBlob(
      layout,
      'config.v1+json',
      json({
        architecture: arch,
        os,
        config: { Entrypoint: [entrypoint] },
        rootfs: { type: 'layers', diff_ids: [layer.digest] },
      }),
    );
    const manifest = await addBlob(
      layout,
      'manifest.v1+json',
      json({
        schemaVersion: 2,
        mediaType: `${MEDIA_TYPE}.manifest.v1+json`,
        config,
        layers: [layer],
      }),
    );
    const annotations = { 'io.containerd.image.name': image };
    await writeFile(
      join(layout, 'index.json'),
      json({ schemaVersion: 2, manifests: [{ ...manifest, annotations }] }),
    );
    await writeFile(join(layout, 'oci-layout'), json({ imageLayoutVersion: '1.0.0' }));
    await tar(layout, join(work, 'image.tar'));
    await rename(join(work, 'image.tar'), archive);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
