import { describe, expect, test } from '@jest/globals';
import { UserError } from '@paal/core/errors';
import { LeaseHeldError } from '@paal/core/release/lease';
import { whyNotDone } from './alone.ts';

const RUN = 'https://github.com/acme/shop/actions/runs/7';

function aborted(reason: unknown): AbortSignal {
  const controller = new AbortController();
  controller.abort(reason);
  return controller.signal;
}

describe('what follows a verification is not done', () => {
  const { signal } = new AbortController();

  test('while another run changes the app, which is named', () => {
    const why = whyNotDone(new LeaseHeldError('long', RUN), 'shop', signal);
    expect(why).toContain(`another run is changing shop: ${RUN};`);
  });

  test('after another run has taken over, which is named', () => {
    const lost = new LeaseHeldError('long', RUN);
    expect(whyNotDone(lost, 'shop', aborted(lost))).toBe(`another run has taken over shop: ${RUN}`);
  });

  test('after a cancellation', () => {
    const cancelled = new UserError('The run was cancelled.');
    expect(whyNotDone(cancelled, 'shop', aborted(cancelled))).toBe('the run was cancelled');
  });

  test('when the cluster refuses it, in its words', () => {
    expect(whyNotDone(new UserError('It is forbidden.'), 'shop', signal)).toBe('It is forbidden');
  });

  test('and a bug stays one', () => {
    expect(() => whyNotDone(new TypeError('x'), 'shop', signal)).toThrow(TypeError);
  });
});
