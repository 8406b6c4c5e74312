import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { readMigrateMongoConfig } from './migrate-mongo-config.ts';

async function fileWith(config: unknown): Promise<string> {
  const file = join(await mkdtemp(join(tmpdir(), 'paal-config-')), 'migrate-mongo-config.mjs');
  await writeFile(file, `export default ${JSON.stringify(config)};\n`);
  return file;
}

test('what migrate-mongo is configured with is taken over, but for what drivers of today refuse', async () => {
  const file = await fileWith({
    mongodb: {
      url: 'mongodb://h/d',
      databaseName: 'shop',
      options: { useNewUrlParser: true, tls: true },
    },
    migrationsDir: 'db/migrations',
    changelogCollectionName: 'done',
    migrationFileExtension: '.ts',
    lockCollectionName: 'lock',
    lockTtl: 0,
  });
  expect(await readMigrateMongoConfig(file)).toEqual({
    file,
    url: 'mongodb://h/d',
    database: 'shop',
    clientOptions: { tls: true },
    directory: join(file, '../db/migrations'),
    changelog: 'done',
    extension: '.ts',
  });
});

test('a configuration that says nothing has the defaults of migrate-mongo', async () => {
  const config = await readMigrateMongoConfig(await fileWith({}));
  expect(config).toMatchObject({ clientOptions: {}, extension: '.js' });
  expect(config?.directory).toBeUndefined();
});

test.each([
  ['a list', [], 'what it exports is no object'],
  ['a mongodb that is none', { mongodb: 'mongodb://h/d' }, 'mongodb is no object'],
  ['options that are none', { mongodb: { options: 1 } }, 'mongodb.options is no object'],
  ['a url that is no text', { mongodb: { url: 27_017 } }, 'url is no text, or an empty one'],
  ['an empty directory', { migrationsDir: '' }, 'migrationsDir is no text, or an empty one'],
])('%s is refused with the file and the name of what is wrong', async (_, config, why) => {
  const file = await fileWith(config);
  await expect(readMigrateMongoConfig(file)).rejects.toMatchObject({
    message: `The configuration of migrate-mongo "${file}" is wrong: ${why}.`,
    position: { file },
  });
});
