import { setTimeout as delay } from 'node:timers/promises';
import { errorMessage, UserError } from '@paal/core/errors';
import { lastLines } from './logs.ts';
import type { ProcessHost } from './processes.ts';

const POLL_MS = 25;

/** Where the programs of a cluster run, and where they write. */
export interface Place {
  readonly processes: ProcessHost;
  readonly logs: string;
}

async function failure(place: Place, name: string, what: string): Promise<UserError> {
  const lines = await lastLines(place.logs, name);
  const said = lines === '' ? 'It logged nothing.' : `Its log ends with:\n${lines}`;
  return new UserError(`${name} ${what}. ${said}`);
}

/** Throws for the first program of the place that has ended, with what it logged. */
export async function requireRunning(place: Place): Promise<void> {
  const ended = (await place.processes.list()).find((one) => one.ended !== undefined);
  if (ended) throw await failure(place, ended.name, ended.ended ?? '');
}

/**
 * Polls until `check` gives something other than undefined and false, and gives that. A check that
 * throws counts as not yet. Fails when a program of the place ends, or after `seconds`, and then
 * blames `name`: the program that should have brought it about.
 */
export async function waitFor<T>(
  place: Place,
  name: string,
  what: string,
  check: () => Promise<T | undefined | false>,
  seconds = 60,
): Promise<T> {
  const deadline = performance.now() + seconds * 1000;
  let reason = '';
  for (;;) {
    try {
      const result = await check();
      if (result !== undefined && result !== false) return result;
      reason = '';
    } catch (error) {
      reason = ` (${errorMessage(error)})`;
    }
    await requireRunning(place);
    if (performance.now() > deadline) {
      throw await failure(
        place,
        name,
        `did not bring about "${what}" within ${seconds} s${reason}`,
      );
    }
    await delay(POLL_MS);
  }
}
