import type { CheckConfigs } from '../../config/check-schema.ts';
import { UserError } from '../../errors.ts';
import type { Probe, Surroundings } from '../probe.ts';

export function alertsProbe(_config: CheckConfigs['alerts'], _context: Surroundings): Probe {
  throw new UserError('The check alerts is not there yet.');
}
