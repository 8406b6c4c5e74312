import { describe, expect, test } from '@jest/globals';
import { byDigest, parseImage } from './reference.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;

describe('an image', () => {
  test.each([
    ['nginx', 'docker.io', 'library/nginx', 'latest', undefined],
    ['nginx:1.29', 'docker.io', 'library/nginx', '1.29', undefined],
    ['paal/frontend:1.2', 'docker.io', 'paal/frontend', '1.2', undefined],
    ['index.docker.io/paal/frontend:1', 'docker.io', 'paal/frontend', '1', undefined],
    ['ghcr.io/paal/shop/web:v1', 'ghcr.io', 'paal/shop/web', 'v1', undefined],
    ['localhost:5000/web', 'localhost:5000', 'web', 'latest', undefined],
    ['localhost/web:2', 'localhost', 'web', '2', undefined],
    [`registry.example:8443/a/b@${DIGEST}`, 'registry.example:8443', 'a/b', undefined, DIGEST],
    [`web:1@${DIGEST}`, 'docker.io', 'library/web', '1', DIGEST],
  ])('%s is at %s: %s, tag %s', (image, registry, repository, tag, digest) => {
    expect(parseImage(image)).toEqual({ registry, repository, tag, digest });
  });

  test.each(['', 'a b', '@sha256:1'])('is not "%s"', (image) => {
    expect(parseImage(image)).toBeUndefined();
  });
});

test.each([
  ['localhost:5000/web', 'localhost:5000/web'],
  ['localhost:5000/web:2', 'localhost:5000/web'],
  [`shop/web:2@sha256:${'b'.repeat(64)}`, 'shop/web'],
])('%s by another digest is of the same repository', (image, name) => {
  expect(byDigest(image, DIGEST)).toBe(`${name}@${DIGEST}`);
});
