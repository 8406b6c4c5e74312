import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { execa } from 'execa';
import { repositoryRoot } from '../../scripts/repository.ts';

const DECLARATION = join(repositoryRoot, 'packages/core/src/migrate/context/migration.ts');
const MIGRATION = `
import type { ObjectId } from 'mongodb';
import type { MigrationFunction } from './migration.d.ts';

interface User { readonly _id: ObjectId; readonly email: string }

export const up: MigrationFunction = async (db, client, ctx) => {
  const from = ctx.resumed<Date>('from') ?? new Date();
  await ctx.checkpoint('from', from);
  const users = db.collection<User>('users');
  const { documents } = await ctx.batches<User>(
    { collection: 'users', filter: { email: { $exists: true } }, until: 'start' },
    { size: 500, throttle: { documentsPerSecond: 1_000 }, onBatch: ({ batches }) => ctx.log(String(batches)) },
    async (batch, { session = undefined }) => {
      await users.insertMany(batch.map(({ email }) => ({ email }) as User), session ? { session } : {});
    },
  );
  ctx.log(\`\${documents} of \${client.options.appName ?? 'users'}\`);
};
`;

async function compile(migration: string): Promise<string> {
  // Below the repository, so that the driver's types are found as in a repository of a user.
  const folder = await mkdtemp(join(repositoryRoot, 'node_modules/.paal-types-'));
  try {
    await cp(DECLARATION, join(folder, 'migration.d.ts'));
    await writeFile(join(folder, '20240101000000-users.ts'), migration);
    const options = [
      '--strict',
      '--noEmit',
      '--skipLibCheck',
      '--module',
      'nodenext',
      '--target',
      'es2024',
    ];
    const { stdout } = await execa(
      'tsc',
      [...options, '--types', 'node', '--ignoreConfig', join(folder, '20240101000000-users.ts')],
      { cwd: folder, preferLocal: true, localDir: repositoryRoot, reject: false },
    );
    return stdout;
  } finally {
    await rm(folder, { recursive: true });
  }
}

test('the declaration types a migration by itself', async () => {
  expect(await compile(MIGRATION)).toBe('');
  const wrong = MIGRATION.replace("until: 'start'", "until: 'end'");
  expect(await compile(wrong)).toContain(`Type '"end"' is not assignable to type '"start"'`);
});
