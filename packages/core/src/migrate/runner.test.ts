import { getEventListeners } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import type { Clock } from '../clock.ts';
import type { LoadedStep } from './load.ts';
import { CANCEL_PATIENCE, runSteps, type StepJournal } from './runner.ts';

/** A clock on which a sleep is over as soon as everything else has come to rest. */
function instantClock(): Clock & { readonly slept: number[] } {
  let now = 0;
  const slept: number[] = [];
  return {
    slept,
    now: () => now,
    sleep: async (milliseconds, signal) => {
      await new Promise((resolve) => setImmediate(resolve));
      signal?.throwIfAborted();
      slept.push(milliseconds);
      now += milliseconds;
    },
  };
}

interface Recording extends StepJournal {
  /** What was written, in that order. */
  readonly written: string[];
}

/** A journal that keeps what is written; `fails` names what cannot be. */
function recording(fails?: 'begin' | 'complete'): Recording {
  const written: string[] = [];
  return {
    written,
    begin: async (step) => {
      const { name } = step.file;
      if (fails === 'begin') throw new Error('disk full');
      written.push(`${name} begins`);
      return {
        run: async () => await step.run([undefined, undefined, undefined]),
        complete: async () => {
          if (fails === 'complete') throw new Error('disk full');
          written.push(`${name} succeeded`);
        },
        end: async (state) => void written.push(`${name} ${state}`),
      };
    },
  };
}

const step = (
  name: string,
  run: () => Promise<void> = async () => {},
  direction: 'up' | 'down' = 'up',
): LoadedStep => ({
  file: { name, path: `migrations/${name}`, text: '' },
  direction,
  transaction: false,
  run,
});

function options(signal: AbortSignal = new AbortController().signal) {
  const events: string[] = [];
  return {
    events,
    clock: instantClock(),
    signal,
    onStart: ({ file }: LoadedStep) => void events.push(`start ${file.name}`),
    onComplete: ({ name }: { name: string }) => void events.push(`done ${name}`),
  };
}

describe('a run', () => {
  test('records each migration before it is run and after it succeeded', async () => {
    const journal = recording();
    const seen: number[] = [];
    const look = async () => void seen.push(journal.written.length);
    await runSteps([step('a', look), step('b', look)], journal, options());
    expect(seen).toEqual([1, 3]);
    expect(journal.written).toEqual(['a begins', 'a succeeded', 'b begins', 'b succeeded']);
  });

  test('stops at the first migration that throws, which is recorded as failed', async () => {
    const journal = recording();
    const boom = new Error('boom');
    const steps = [step('a'), step('b', () => Promise.reject(boom)), step('c')];
    const result = await runSteps(steps, journal, options());
    expect(result.completed.map(({ name }) => name)).toEqual(['a']);
    expect(result.stopped).toMatchObject({ reason: 'threw', error: boom, step: steps[1] });
    expect(journal.written).toEqual(['a begins', 'a succeeded', 'b begins', 'b failed']);
  });

  test('stops when a migration that ran cannot be recorded, and leaves it as interrupted', async () => {
    const journal = recording('complete');
    const result = await runSteps([step('a'), step('b')], journal, options());
    expect(result).toMatchObject({ completed: [], stopped: { reason: 'unrecorded' } });
    expect(journal.written).toEqual(['a begins', 'a interrupted']);
  });

  test('runs nothing whose begin cannot be recorded', async () => {
    let ran = false;
    const look = async () => {
      ran = true;
    };
    const result = await runSteps([step('a', look)], recording('begin'), options());
    expect(result.stopped).toMatchObject({ reason: 'unbegun', error: new Error('disk full') });
    expect(ran).toBe(false);
  });

  test('begins nothing once it is cancelled', async () => {
    const cancel = new AbortController();
    const setup = options(cancel.signal);
    const steps = [step('a', async () => cancel.abort(new Error('cancelled'))), step('b')];
    const journal = recording();
    const result = await runSteps(steps, journal, setup);
    expect(result.stopped).toMatchObject({ reason: 'cancelled', step: steps[1] });
    expect(journal.written).toEqual(['a begins', 'a succeeded']);
    expect(setup.events).toEqual(['start a', 'done a']);
  });

  test('waits for the migration that runs, but not longer than the patience', async () => {
    const cancel = new AbortController();
    const journal = recording();
    const setup = options(cancel.signal);
    const endless = async () => {
      cancel.abort(new Error('cancelled'));
      await new Promise(() => {});
    };
    const result = await runSteps([step('a', endless), step('b')], journal, setup);
    expect(result.stopped?.reason).toBe('interrupted');
    expect(setup.clock.slept).toEqual([CANCEL_PATIENCE]);
    expect(journal.written).toEqual(['a begins', 'a interrupted']);
  });

  test('a migration that stops itself because it was told to is interrupted, not failed', async () => {
    const cancel = new AbortController();
    const obedient = async () => {
      cancel.abort(new Error('cancelled'));
      throw cancel.signal.reason;
    };
    const journal = recording();
    const result = await runSteps([step('a', obedient)], journal, options(cancel.signal));
    expect(result.stopped?.reason).toBe('interrupted');
    expect(journal.written).toEqual(['a begins', 'a interrupted']);
  });

  test('leaves no listener behind on the signal', async () => {
    const cancel = new AbortController();
    let during = 0;
    const look = async () => {
      await new Promise((resolve) => setImmediate(resolve));
      during = getEventListeners(cancel.signal, 'abort').length;
    };
    await runSteps([step('a', look), step('b')], recording(), options(cancel.signal));
    expect(during).toBe(1);
    expect(getEventListeners(cancel.signal, 'abort')).toEqual([]);
  });
});
