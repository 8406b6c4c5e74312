import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { repositoryRoot } from '../../scripts/repository.ts';
import { MUTATIONS } from './mutations.ts';

test('every rule that npm run mutate takes out stands in the product', async () => {
  const missing: string[] = [];
  for (const { name, file, from } of MUTATIONS) {
    const source = await readFile(join(repositoryRoot, 'packages/core/src', file), 'utf8');
    if (!source.includes(from)) missing.push(`${name}: ${file} does not hold ${from}`);
  }
  expect(missing).toEqual([]);
});
