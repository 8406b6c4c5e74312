import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { execa } from 'execa';
import { repositoryRoot } from '../../scripts/repository.ts';
import { ensurePackages } from '../cluster/programs/debian-packages.ts';
import { A, marking } from './migrate-fixture.ts';
import { databaseServer, serverTest } from './migrate-ssh-fixture.ts';

const ground = databaseServer();
const SCRIPTS = join(repositoryRoot, 'examples/scripts');

/** Calls a script as the process does, by hand. */
async function byHand(command: string) {
  return await ground().server.runAsDbAdmin(`cd /opt/paal/scripts && ${command}`);
}

/** What becomes of a call with settings that were changed by `change`, which root runs. */
async function withSettings(
  change: string,
  command = './run-migrations.sh --env=production --status',
) {
  const { server } = ground();
  await server.run('cp -p /etc/paal/production.env /etc/paal/kept');
  try {
    await server.run(change);
    return await byHand(command);
  } finally {
    await server.run('mv /etc/paal/kept /etc/paal/production.env');
  }
}

test('shellcheck finds nothing in the scripts, nor in those of the tests', async () => {
  const { shellcheck } = await ensurePackages(['shellcheck'], () => {});
  const files = ['install.sh', 'run-migrations.sh', 'rollback-migration.sh', 'lib/migrations.sh'];
  const paths = [...files.map((file) => join(SCRIPTS, file))];
  const ground = join(repositoryRoot, 'test/sshd/ground.sh');
  const args = ['--external-sources', '--source-path=SCRIPTDIR', ...paths, ground];
  const { stdout } = await execa(shellcheck, args, { reject: false });
  expect(stdout).toBe('');
});

describe('install.sh', () => {
  const listing = async () =>
    await ground().server.run(
      'find /opt/paal /etc/paal ! -path "/opt/paal/migrations/*" -printf "%M %u:%g %p\\n" | sort -k3',
    );

  serverTest('gives everything the owner and the mode that README says', async () => {
    expect((await listing()).split('\n')).toEqual([
      'drwxr-x--- root:db-admin /etc/paal',
      '-rw-r----- root:db-admin /etc/paal/example.env',
      '-rw-r----- root:db-admin /etc/paal/production.env',
      'drwxr-xr-x root:root /opt/paal',
      'drwxr-xr-x root:root /opt/paal/lib',
      '-rw-r--r-- root:root /opt/paal/lib/migrations.sh',
      'drwxr-xr-x root:root /opt/paal/lib/runner',
      '-rw-r--r-- root:root /opt/paal/lib/runner/index.js',
      '-rw-r--r-- root:root /opt/paal/lib/runner/package.json',
      'drwxr-xr-x root:root /opt/paal/migrations',
      'drwxr-xr-x root:root /opt/paal/scripts',
      '-rwxr-xr-x root:root /opt/paal/scripts/rollback-migration.sh',
      '-rwxr-xr-x root:root /opt/paal/scripts/run-migrations.sh',
    ]);
  });

  serverTest('can be run again, and leaves settings as they are', async () => {
    const { server } = ground();
    const before = [await listing(), await server.run('cat /etc/paal/production.env')];
    const runner = join(repositoryRoot, 'dist/migrate/runner/index.js');
    const said = await server.run(`${SCRIPTS}/install.sh --runner=${runner} --env=production`);
    expect(said).not.toContain('Fill in');
    expect([await listing(), await server.run('cat /etc/paal/production.env')]).toEqual(before);
  });

  serverTest('says what is missing', async () => {
    const refused = async (args: string) =>
      await ground().server.run(`${SCRIPTS}/install.sh ${args} 2>&1 || :`);
    expect(await refused('')).toContain('--runner=FILE is missing');
    expect(await refused('--runner=/nowhere')).toContain('/nowhere cannot be read');
    expect(await refused(`--runner=${SCRIPTS}/README.md --user=nobody-at-all`)).toContain(
      'there is no user nobody-at-all: useradd',
    );
    expect(await refused('--env=../x')).toContain('is not the name of an environment');
  });
});

describe('the scripts, by hand', () => {
  serverTest('do what the process says, as the user db-admin', async () => {
    const { reset, changelog } = ground();
    await reset({ [A]: marking('a') });
    const up = await byHand('./run-migrations.sh --env=production');
    expect(up.output).toContain(`apply  ${A}`);
    expect(up.exitCode).toBe(0);
    expect(await changelog()).toEqual([A]);
    const dry = await byHand(
      './rollback-migration.sh --env=production --version=previous --dry-run',
    );
    expect(dry).toMatchObject({ exitCode: 0 });
    expect(await changelog()).toEqual([A]);
    const down = await byHand('./rollback-migration.sh --env=production --version=previous');
    expect(down.exitCode).toBe(0);
    expect(await changelog()).toEqual([]);
  });

  test.each<[string, string]>([
    ['./run-migrations.sh', '--env=ENVIRONMENT is missing'],
    ['./run-migrations.sh --env=', '--env=ENVIRONMENT is missing'],
    ['./run-migrations.sh --env=../../tmp/x', 'is not the name of an environment'],
    ['./run-migrations.sh --env=production up', '"up" is not an option'],
    ['./run-migrations.sh --env=production --plan --status', 'exclude each other'],
    ['./run-migrations.sh --env=production --uri=mongodb://x', 'must not stand on a command line'],
    ['./run-migrations.sh --env=production --shiny', "unknown option '--shiny'"],
    ['./run-migrations.sh --env=nowhere', '/etc/paal/nowhere.env is missing'],
    ['./rollback-migration.sh --env=production', 'how far is missing: give --version=previous'],
  ])('refuse %s', async (command, says) => {
    if (process.getuid?.() !== 0) return;
    const { exitCode, output } = await byHand(command);
    expect(output).toContain(says);
    expect(exitCode).toBe(2);
  });

  serverTest('say how they are used', async () => {
    for (const script of ['./run-migrations.sh', './rollback-migration.sh']) {
      const { exitCode, output } = await byHand(`${script} --help`);
      expect(output).toMatch(/^Usage: /);
      expect(exitCode).toBe(0);
    }
  });
});

describe('settings', () => {
  const file = '/etc/paal/production.env';

  serverTest('that others may read or change are refused', async () => {
    for (const mode of ['0644', '0660', '0642']) {
      const { exitCode, output } = await withSettings(`chmod ${mode} ${file}`);
      expect(output).toContain(`others may read or change it: chmod 0640 ${file}`);
      expect(exitCode).toBe(2);
    }
    expect(
      (
        await withSettings(
          `chown nobody-here ${file} && chmod 0640 ${file} && chgrp db-admin ${file}`,
        )
      ).output,
    ).toContain(`belongs to neither root nor db-admin: chown root ${file}`);
    expect((await withSettings(`chmod 0600 ${file}`)).output).toContain(
      'may not be read by db-admin',
    );
  });

  serverTest('that lack something, or are no settings, are refused with the line', async () => {
    expect((await withSettings(`echo NODE=/opt/node > ${file}`)).output).toContain(
      'has no line MONGODB_URI=',
    );
    expect((await withSettings(`echo 'rm -rf /' >> ${file}`)).output).toContain(
      'line 4 of /etc/paal/production.env is not NAME=VALUE',
    );
    expect((await withSettings(`echo NODE=/opt/nodes >> ${file}`)).output).toContain(
      '/opt/nodes is not found: install Node.js',
    );
    expect((await withSettings(`echo MIGRATIONS_DIRECTORY=/opt/none >> ${file}`)).output).toContain(
      '/opt/none, the MIGRATIONS_DIRECTORY of',
    );
  });

  serverTest('are no code: what means something to a shell arrives as it is', async () => {
    const { reset } = ground();
    await reset({ [A]: 'export async function up() { console.log(process.env.GREETING); }' });
    const greeting = '$(id) & \'x\' "y"; \\z `id` * #';
    const line = Buffer.from(`GREETING=${greeting}\n`).toString('base64');
    const { output } = await withSettings(
      `echo ${line} | base64 -d >> ${file}`,
      './run-migrations.sh --env=production',
    );
    expect(output.split('\n')).toContain(greeting);
  });

  serverTest(
    'are not shown when the database is away, and the exit code says that it is',
    async () => {
      const uri = 'mongodb://u:topsecret&more@127.0.0.1:1/shop?serverSelectionTimeoutMS=100';
      const { exitCode, output } = await withSettings(`echo 'MONGODB_URI=${uri}' >> ${file}`);
      expect(output).toContain('127.0.0.1:1');
      expect(output).not.toContain('topsecret');
      expect(exitCode).toBe(4);
    },
  );
});
