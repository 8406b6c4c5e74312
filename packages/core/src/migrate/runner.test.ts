import { getEventListeners } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import type { Clock } from '../clock.ts';
import type { ChangelogRow } from './history.ts';
import type { LoadedStep } from './load.ts';
import { CANCEL_PATIENCE, type MigrationTarget, runSteps } from './runner.ts';

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

interface Recording extends MigrationTarget {
  readonly rows: Map<string, ChangelogRow>;
  readonly ran: string[];
}

function recording(overrides: Partial<MigrationTarget> = {}): Recording {
  const rows = new Map<string, ChangelogRow>();
  const ran: string[] = [];
  return {
    rows,
    ran,
    history: async () => [],
    run: async (step) => {
      ran.push(step.file.name);
      await step.run([undefined, undefined]);
    },
    recordApplied: async (row) => void rows.set(row.fileName, row),
    recordReverted: async (name) => void rows.delete(name),
    close: async () => {},
    ...overrides,
  };
}

const step = (
  name: string,
  run: () => Promise<void> = async () => {},
  direction: 'up' | 'down' = 'up',
): LoadedStep => ({ file: { name, path: `migrations/${name}` }, direction, run });

function options(signal: AbortSignal = new AbortController().signal) {
  const events: string[] = [];
  let time = 1_700_000_000_000;
  return {
    events,
    clock: instantClock(),
    signal,
    today: () => {
      time += 1_000;
      return new Date(time);
    },
    onStart: ({ file }: LoadedStep) => void events.push(`start ${file.name}`),
    onComplete: ({ name }: { name: string }) => void events.push(`done ${name}`),
  };
}

describe('a run', () => {
  test('writes a row for each migration after it succeeded, all of one block', async () => {
    const target = recording();
    const seen: number[] = [];
    const look = async () => void seen.push(target.rows.size);
    await runSteps([step('a', look), step('b', look)], target, options());
    expect(seen).toEqual([0, 1]);
    expect([...target.rows.values()]).toEqual([
      { fileName: 'a', appliedAt: new Date(1_700_000_002_000), migrationBlock: 1_700_000_001_000 },
      { fileName: 'b', appliedAt: new Date(1_700_000_003_000), migrationBlock: 1_700_000_001_000 },
    ]);
  });

  test('down removes the row', async () => {
    const target = recording();
    target.rows.set('a', { fileName: 'a', appliedAt: new Date(), migrationBlock: 1 });
    await runSteps([step('a', undefined, 'down')], target, options());
    expect(target.rows.size).toBe(0);
  });

  test('stops at the first migration that throws, which gets no row', async () => {
    const target = recording();
    const boom = new Error('boom');
    const steps = [step('a'), step('b', () => Promise.reject(boom)), step('c')];
    const result = await runSteps(steps, target, options());
    expect(result.completed.map(({ name }) => name)).toEqual(['a']);
    expect(result.stopped).toMatchObject({ reason: 'threw', error: boom, step: steps[1] });
    expect([...target.rows.keys()]).toEqual(['a']);
    expect(target.ran).toEqual(['a', 'b']);
  });

  test('stops when a row cannot be written, and says that the migration itself ran', async () => {
    const full = new Error('disk full');
    const target = recording({ recordApplied: () => Promise.reject(full) });
    const result = await runSteps([step('a'), step('b')], target, options());
    expect(result).toMatchObject({ completed: [], stopped: { reason: 'unrecorded', error: full } });
    expect(target.ran).toEqual(['a']);
  });

  test('begins nothing once it is cancelled', async () => {
    const cancel = new AbortController();
    const target = recording();
    const setup = options(cancel.signal);
    const steps = [step('a', async () => cancel.abort(new Error('cancelled'))), step('b')];
    const result = await runSteps(steps, target, setup);
    expect(result.stopped).toMatchObject({ reason: 'cancelled', step: steps[1] });
    expect([...target.rows.keys()]).toEqual(['a']);
    expect(setup.events).toEqual(['start a', 'done a']);
  });

  test('waits for the migration that runs, but not longer than the patience', async () => {
    const cancel = new AbortController();
    const target = recording();
    const setup = options(cancel.signal);
    const endless = async () => {
      cancel.abort(new Error('cancelled'));
      await new Promise(() => {});
    };
    const result = await runSteps([step('a', endless), step('b')], target, setup);
    expect(result.stopped?.reason).toBe('interrupted');
    expect(setup.clock.slept).toEqual([CANCEL_PATIENCE]);
    expect(target.rows.size).toBe(0);
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
