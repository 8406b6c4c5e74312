import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { repositoryRoot } from '../../scripts/repository.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { runStep, type StepResult } from './run-action.ts';

/** Nothing listens on port 1; a server is looked for no longer than a test needs. */
const CLOSED = 'mongodb://127.0.0.1:1/shop?serverSelectionTimeoutMS=200';
const GOOD = 'export async function up() {}\n';

async function workspaceWith(files: Readonly<Record<string, string>>): Promise<string> {
  const workspace = await temporaryFolder('workspace');
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(workspace, name, '..'), { recursive: true });
    await writeFile(join(workspace, name), text);
  }
  return workspace;
}

/** A step with one good migration, whatever the inputs are. */
async function migrate(inputs: Readonly<Record<string, string>>): Promise<StepResult> {
  const workspace = await workspaceWith({ 'migrations/20240101000000-a.mjs': GOOD });
  return await runStep('migrate', { workspace, inputs: { uri: CLOSED, ...inputs } });
}

/** The log without the commands by which the runner is told what to mask. */
function shown({ log }: StepResult): string {
  return log.replace(/^::add-mask::.*$/gm, '');
}

describe('paal/migrate with bad inputs', () => {
  test.each<[string, Readonly<Record<string, string>>, string]>([
    ['no uri', { uri: '' }, 'The input "uri" is required'],
    [
      'a uri of another database',
      { uri: 'postgres://u:topsecret@h/d' },
      'is not a MongoDB connection string',
    ],
    ['a password that is not encoded', { uri: 'mongodb://u:a@topsecret@h/d' }, 'percent-encode'],
    [
      'an option that does not exist',
      { uri: 'mongodb://h/d?shiny=1' },
      'option shiny is not supported',
    ],
    [
      'a port that is none',
      { uri: 'mongodb://h:99999/d' },
      'is not a usable MongoDB connection string',
    ],
    [
      'no database',
      { uri: 'mongodb://127.0.0.1:1' },
      'Neither the input "database" nor the uri names a database',
    ],
    ['a name that is none', { database: 'a.b' }, '"a.b" is not a name for a database'],
    [
      'an unknown command',
      { command: 'upp' },
      'The input "command" is "upp"; write one of up, down, status, plan, baseline, repair, unlock, lint.',
    ],
    [
      'an unknown driver',
      { driver: 'postgres' },
      'The input "driver" is "postgres"; write one of mongodb, job, ssh, command.',
    ],
    ['previous without down', { to: 'previous' }, 'it needs command down'],
    [
      'a duration that is none',
      { 'lock-wait': 'long' },
      'The input "lock-wait": "long" is not a duration',
    ],
    [
      'unlock without an owner and without a server',
      { command: 'unlock', count: '1' },
      'mean nothing to command unlock',
    ],
    [
      'a backup by a driver that makes none',
      { driver: 'command', 'command-line': 'true', 'backup-command': 'true' },
      'The input "backup-command" goes with driver mongodb',
    ],
    ['to and count', { to: 'x', count: '1' }, '"to" and "count" exclude each other'],
    [
      'a count that is none',
      { count: 'two' },
      'The input "count" is "two"; write a whole number, 0 or more.',
    ],
    ['status with to', { command: 'status', to: 'x' }, 'mean nothing to command status'],
    [
      'a dry-run that is neither',
      { 'dry-run': 'yes' },
      'The input "dry-run" is "yes"; write true or false.',
    ],
    [
      'a summary that is neither',
      { summary: 'short' },
      'The input "summary" is "short"; write true or false.',
    ],
    ['an unknown environment', { environment: 'stagin' }, 'Did you mean "staging"?'],
    [
      'a configuration that is missing',
      { config: 'other.yaml' },
      'The configuration other.yaml cannot be read',
    ],
    [
      'a directory that is missing',
      { directory: 'database/migrations' },
      'The migrations directory "database/migrations" cannot be read',
    ],
  ])('%s: one clear error, and every output is set', async (_, inputs, says) => {
    const step = await migrate(inputs);
    expect(step.exitCode).toBe(1);
    expect(step.errors).toHaveLength(1);
    expect(step.errors[0]).toContain(says);
    expect(step.outputs).toMatchObject({ status: 'failed', 'applied-count': '0' });
    expect(Object.keys(step.outputs).sort()).toEqual([
      'applied-count',
      'current',
      'pending-count',
      'previous',
      'report',
      'status',
    ]);
    expect(shown(step)).not.toContain('topsecret');
  });

  test('an unknown key of paal.yaml is named at its place', async () => {
    const workspace = await workspaceWith({
      'migrations/20240101000000-a.mjs': GOOD,
      'paal.yaml': 'migrations:\n  directroy: x\n',
    });
    const step = await runStep('migrate', { workspace, inputs: { uri: CLOSED } });
    expect(step.errors[0]).toContain('paal.yaml:2:3: unknown key "directroy"');
    expect(step.errors[0]).toContain('Did you mean "directory"?');
  });
});

describe('paal/migrate without a server', () => {
  test('says what was tried and for how long, in the error, the summary and the report', async () => {
    const step = await migrate({});
    expect(step.errors).toEqual([
      expect.stringMatching(
        /^No MongoDB server could be reached at 127\.0\.0\.1:1 within 0\.\d s: connect ECONNREFUSED 127\.0\.0\.1:1\./,
      ),
    ]);
    expect(step.summary).toContain('## ❌ Migrations failed');
    expect(step.summary).toContain('No MongoDB server could be reached');
    const report = JSON.parse(await readFile(step.outputs.report ?? '', 'utf8'));
    expect(report).toMatchObject({
      status: 'failed',
      run: 'https://github.com/paal/shop/actions/runs/42',
      failure: { message: step.errors[0] },
    });
  });

  test('gives up after ten seconds, also when the uri asks for more', async () => {
    const start = performance.now();
    const step = await migrate({
      uri: 'mongodb://127.0.0.1:1/shop?serverSelectionTimeoutMS=60000',
    });
    expect(performance.now() - start).toBeLessThan(14_000);
    expect(step.errors[0]).toContain('within 10 s');
  }, 20_000);

  test('does not look for it any longer once the migrations cannot be read', async () => {
    const start = performance.now();
    const step = await migrate({ uri: 'mongodb://127.0.0.1:1/shop', directory: 'elsewhere' });
    expect(step.errors).toEqual([expect.stringContaining('directory "elsewhere" cannot be read')]);
    expect(performance.now() - start).toBeLessThan(8_000);
  }, 20_000);

  test('shows neither the uri nor its password, and masks both', async () => {
    const password = 'p%40ss-topsecret';
    const uri = `mongodb://admin:${password}@127.0.0.1:1/shop?serverSelectionTimeoutMS=200`;
    const step = await migrate({ uri });
    for (const secret of [uri, password, 'p@ss-topsecret']) {
      expect(step.log).toContain(`::add-mask::${secret.replaceAll('%', '%25')}\n`);
    }
    const report = await readFile(step.outputs.report ?? '', 'utf8');
    for (const text of [shown(step), step.summary, report]) expect(text).not.toContain('topsecret');
  });

  test('settings of the environment apply where the inputs are empty, and an input beats them', async () => {
    const workspace = await workspaceWith({
      'db/20240101000000-a.mjs': GOOD,
      'paal.yaml':
        'migrations: { directory: elsewhere }\nenvironments:\n  live: { migrations: { directory: db, database: shop } }\n',
    });
    const uri = 'mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=200';
    const fromFile = await runStep('migrate', { workspace, inputs: { uri, environment: 'live' } });
    expect(fromFile.log).toContain('::group::Migrations in db');
    expect(fromFile.errors[0]).toContain('No MongoDB server could be reached');
    const fromInput = await runStep('migrate', {
      workspace,
      inputs: { uri, environment: 'live', directory: 'other' },
    });
    expect(fromInput.errors[0]).toContain('The migrations directory "other"');
  });

  test("without an environment the branch's own applies", async () => {
    const workspace = await workspaceWith({
      'db/20240101000000-a.mjs': GOOD,
      'paal.yaml':
        'environments:\n  live: { branch: main, migrations: { directory: db, database: shop } }\n',
    });
    const uri = 'mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=200';
    const step = await runStep('migrate', { workspace, inputs: { uri } });
    expect(step.log).toContain('::group::Migrations in db');
    expect(step.errors[0]).toContain('No MongoDB server could be reached');
  });

  test('a cancelled step ends at once', async () => {
    const start = performance.now();
    const workspace = await workspaceWith({ 'migrations/20240101000000-a.mjs': GOOD });
    const step = await runStep('migrate', {
      workspace,
      inputs: { uri: 'mongodb://127.0.0.1:1/shop' },
      onLog: (log, kill) => log.includes('::group::Connection') && kill('SIGINT'),
    });
    expect(performance.now() - start).toBeLessThan(5_000);
    expect(step.errors).toEqual(['The run was cancelled.']);
    expect(step.outputs.status).toBe('failed');
  });

  test('summary: false writes none', async () => {
    expect((await migrate({ summary: 'false' })).summary).toBe('');
  });
});

describe('the bundle of paal/migrate', () => {
  test('has what only some runs load in files of its own: the cluster client and the linter', async () => {
    const directory = join(repositoryRoot, 'dist', 'migrate');
    const scripts = (await readdir(directory)).filter((name) => name.endsWith('.js'));
    const sizes = await Promise.all(
      scripts.map(async (name) => (await stat(join(directory, name))).size),
    );
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(3_000_000);
    expect((await stat(join(directory, 'index.js'))).size).toBeLessThanOrEqual(950_000);
  });
});
