import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { dockerLogin } from './docker-config.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'paal-docker-'));
  const auths = {
    'https://index.docker.io/v1/': { auth: 'aHVi' },
    'ghcr.io': { auth: 'Z2hjcg==' },
    'kept.example': {},
  };
  await writeFile(join(folder, 'config.json'), JSON.stringify({ auths, credsStore: 'desktop' }));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe('what docker login has left', () => {
  test.each([
    ['docker.io', 'Basic aHVi'],
    ['ghcr.io', 'Basic Z2hjcg=='],
    ['kept.example', undefined],
    ['other.example', undefined],
  ])('for %s is %s', async (registry, header) => {
    expect(await dockerLogin(registry, { DOCKER_CONFIG: folder })).toBe(header);
  });

  test('is nothing where there is no file', async () => {
    expect(await dockerLogin('ghcr.io', { HOME: folder })).toBeUndefined();
  });
});
