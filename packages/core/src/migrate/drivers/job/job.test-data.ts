import { DEFAULT_REQUEST, type MigrateRequest } from '../../request.ts';
import type { JobOptions } from './options.ts';

/** The options of a Job in the namespace shop. */
export function jobOptions(more: Partial<JobOptions> = {}): JobOptions {
  return {
    namespace: 'shop',
    run: { id: '4711', attempt: '2', step: 'deploy/__migrate' },
    pod: { kind: 'image', image: 'shop:v1' },
    uri: { kind: 'secret', name: 'db', key: 'uri' },
    runner: '/runner',
    migrations: 'image',
    workspace: '/checkout',
    changelog: 'changelog',
    timeout: 600_000,
    onCancel: 'leave',
    ...more,
  };
}

/** An `up` of a run on GitHub. */
export const REQUEST: MigrateRequest = {
  ...DEFAULT_REQUEST,
  directory: 'db/migrations',
  runner: { run: 'https://github.test/runs/4711', actor: 'mona', sha: 'abc', host: 'runner-1' },
};
