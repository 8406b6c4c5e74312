import { describe, expect, test } from '@jest/globals';
import { ApiError } from '../cluster/api-error.ts';
import { closeRelease } from './close.ts';
import type { Ledger } from './ledger.ts';
import { release } from './release.test-data.ts';

const SEALED = new ApiError('field is immutable', 422, {}, undefined);
const DOWN = new ApiError('no leader', 500, {}, undefined);

/** Closes release 3 in a ledger that refuses some calls, and gives what was called and what was said. */
async function closing(
  refusals: { readonly complete?: Error; readonly mark?: Error },
  completes: boolean,
) {
  const calls: string[] = [];
  const said: string[] = [];
  const called = (name: 'complete' | 'mark') => async (_: unknown, status: string) => {
    calls.push(`${name} ${status}`);
    const refusal = refusals[name];
    if (refusal) throw refusal;
  };
  const ledger: Partial<Ledger> = { complete: called('complete'), mark: called('mark') };
  const completion = completes ? { workloads: [] } : undefined;
  const started = release(3, 'started');
  await closeRelease(ledger as Ledger, started, 'rolled-out', completion, (text) =>
    said.push(text),
  );
  return { calls, said };
}

describe('a release that is closed', () => {
  test('is completed in the same write that says what became of it', async () => {
    expect(await closing({}, true)).toEqual({ calls: ['complete rolled-out'], said: [] });
    expect(await closing({}, false)).toEqual({ calls: ['mark rolled-out'], said: [] });
  });

  test('is marked all the same where it cannot be completed, and that is said', async () => {
    expect(await closing({ complete: SEALED }, true)).toEqual({
      calls: ['complete rolled-out', 'mark rolled-out'],
      said: [expect.stringMatching(/does not know which images release 3 ran.*immutable/)],
    });
  });

  test('changes no verdict when the API server does not answer, and is asked only once', async () => {
    expect(await closing({ complete: DOWN }, true)).toEqual({
      calls: ['complete rolled-out'],
      said: ['The ledger still calls release 3 started: no leader'],
    });
    expect((await closing({ mark: SEALED }, false)).said).toEqual([
      'The ledger still calls release 3 started: field is immutable',
    ]);
  });

  test('does not hide a bug', async () => {
    await expect(closing({ complete: new TypeError('bug') }, true)).rejects.toThrow('bug');
  });
});
