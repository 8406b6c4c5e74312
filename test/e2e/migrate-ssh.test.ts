import { readdir } from 'node:fs/promises';
import { describe, expect } from '@jest/globals';
import { A, B, marking } from './migrate-fixture.ts';
import { databaseServer, HELD, overSsh, RUN, serverTest } from './migrate-ssh-fixture.ts';

const ground = databaseServer();
const marks = async () =>
  (await ground().db.collection('marks').find().sort({ _id: 1 }).toArray()).map(({ _id }) => _id);

describe('the steps of the deployment process, over ssh', () => {
  serverTest('./run-migrations.sh --env=production applies what is pending', async () => {
    const { options, reset, changelog } = ground();
    await reset({ [A]: marking('a'), [B]: `${marking('b')}console.log('from the server');` });
    const call = overSsh({}, options);
    const outcome = await call.outcome;
    expect(outcome.failure).toBeUndefined();
    expect(outcome.exitCode).toBe(0);
    expect(outcome.result).toMatchObject({
      command: 'up',
      status: 'applied',
      appliedCount: 2,
      pendingCount: 0,
      current: B,
    });
    expect(outcome.result?.migrations[0]).toMatchObject({ name: A, state: 'done' });
    expect(call.log[0]).toMatch(
      /: cd \/opt\/paal\/scripts && \.\/run-migrations\.sh --env=production$/,
    );
    expect(call.log).toContain('from the server');
    expect(call.log.join('\n')).not.toContain('paal-');
    expect(await changelog()).toEqual([A, B]);
    expect(await marks()).toEqual(['a', 'b']);

    const again = await overSsh({}, options).outcome;
    expect(again).toMatchObject({ exitCode: 0, result: { status: 'up-to-date' } });
  });

  serverTest('status and dry-run change nothing, and say who applied what', async () => {
    const { options, reset, changelog } = ground();
    await reset({ [A]: marking('a'), [B]: marking('b') });
    await overSsh({ limit: { to: A } }, options).outcome;
    const status = await overSsh({ command: 'status', dryRun: true }, options).outcome;
    expect(status.result).toMatchObject({ command: 'status', pendingCount: 1, current: A });
    expect(status.result?.migrations[0]).toMatchObject({ run: RUN, sha: '0123456789abcdef' });
    const dry = await overSsh({ dryRun: true }, options).outcome;
    expect(dry.result).toMatchObject({ status: 'planned', appliedCount: 0 });
    expect(await changelog()).toEqual([A]);
  });

  serverTest(
    './rollback-migration.sh --env=production --version=previous reverts what this release applied',
    async () => {
      const { options, reset, changelog } = ground();
      await reset({ [A]: marking('a') });
      await overSsh({}, options).outcome;
      await reset({ [A]: marking('a'), [B]: marking('b') });
      await overSsh({}, options).outcome;
      expect(await changelog()).toEqual([A, B]);
      const call = overSsh({ command: 'down', limit: 'previous' }, options);
      const outcome = await call.outcome;
      expect(call.log[0]).toMatch(
        /&& \.\/rollback-migration\.sh --env=production --version=previous$/,
      );
      expect(outcome.failure?.message).toBeUndefined();
      expect(outcome.result).toMatchObject({ command: 'down', status: 'reverted' });
      expect(await marks()).toEqual([]);
      const one = await overSsh({}, options).outcome;
      expect(one.result).toMatchObject({ appliedCount: 2 });
      await overSsh({ command: 'down', limit: { to: A } }, options).outcome;
      expect(await changelog()).toEqual([A]);
    },
  );

  serverTest('a migration that fails is told with its name and the exit code', async () => {
    const { options, reset, changelog } = ground();
    const bad = `export async function up(db) { throw new Error('no such shelf'); }`;
    await reset({ [A]: marking('a'), [B]: bad });
    const { exitCode, failure, result } = await overSsh({}, options).outcome;
    expect(exitCode).toBe(1);
    expect(failure?.message).toContain(`The migration ${B} failed: no such shelf`);
    expect(result).toMatchObject({
      status: 'failed',
      appliedCount: 1,
      failure: { kind: 'failed' },
    });
    expect(await changelog()).toEqual([A]);
  });

  serverTest(
    'the connection string is in no command line and in no output, and no file stays',
    async () => {
      const { options, reset, server, release } = ground();
      await reset({ [A]: HELD });
      const call = overSsh({}, options);
      await call.says(/at work/);
      const commands = [...(await server.processes()).values()];
      expect(commands.filter((line) => line.includes('/runner/index.js up'))).toHaveLength(1);
      expect(commands.join('\n')).not.toContain('mongodb://');
      await release();
      expect((await call.outcome).failure).toBeUndefined();
      expect(call.log.join('\n')).not.toContain('mongodb://');
      expect(await readdir(options.temporary)).toEqual([]);
    },
  );
});
