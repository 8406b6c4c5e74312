import type { ActionContext } from '@paal/core/action/lifecycle';
import { group, info, warning } from '@paal/core/action/log';
import { redact } from '@paal/core/action/secrets';
import type { EngineIo } from '@paal/core/migrate/engine-io';
import { leaveForeign, runForeign, strayError } from './foreign-code.ts';

/** The engine in the process of a step: its log, its clock, its cancellation. */
export function stepIo({ clock, signal }: ActionContext): EngineIo {
  return {
    info,
    warn: warning,
    group,
    redact,
    clock,
    today: () => new Date(),
    signal,
    foreign: runForeign,
    leaveForeign,
    strayError,
  };
}
