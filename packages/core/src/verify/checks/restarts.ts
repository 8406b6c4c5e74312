import type { CheckConfigs } from '../../config/check-schema.ts';
import { UserError } from '../../errors.ts';
import type { Probe, Surroundings } from '../probe.ts';

export function restartsProbe(_config: CheckConfigs['restarts'], _context: Surroundings): Probe {
  throw new UserError('The check restarts is not there yet.');
}
