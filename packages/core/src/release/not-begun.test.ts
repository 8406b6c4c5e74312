import { expect, test } from '@jest/globals';
import { ApiError, UnreachableError } from '../cluster/api-error.ts';
import { UserError } from '../errors.ts';
import { LeaseHeldError } from './lease.ts';
import { whyNotBegun } from './not-begun.ts';

const held = new LeaseHeldError('somebody else has it', 'https://run');
const wrong = new UserError('wrong');
const running = new AbortController().signal;

test.each([
  ['another run has the lease', held, running, 'LeaseHeld'],
  ['another run has taken the lease over', held, AbortSignal.abort(held), 'LeaseHeld'],
  ['the run was cancelled', wrong, AbortSignal.abort(new Error('SIGINT')), 'Cancelled'],
  [
    'the API server is away',
    new UnreachableError('away', 'broken'),
    running,
    'APIServerUnavailable',
  ],
  [
    'the API server fails',
    new ApiError('fails', 503, {}, undefined),
    running,
    'APIServerUnavailable',
  ],
  ['the API server refuses', new ApiError('no', 403, {}, undefined), running, 'BadInput'],
  ['an input is wrong', wrong, running, 'BadInput'],
  [
    'the error has a name of its own',
    new UserError('gone', { failureReason: 'ImageNotFound' }),
    running,
    'ImageNotFound',
  ],
  ['there is a bug', new TypeError('bug'), running, undefined],
])('nothing was begun because %s', (_, error, signal, reason) => {
  expect(whyNotBegun(error, signal)).toBe(reason);
});
