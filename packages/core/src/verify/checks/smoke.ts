import type { CheckConfigs } from '../../config/check-schema.ts';
import { UserError } from '../../errors.ts';
import type { Probe, Surroundings } from '../probe.ts';

export function smokeProbe(_config: CheckConfigs['smoke'], _context: Surroundings): Probe {
  throw new UserError('The check smoke is not there yet.');
}
