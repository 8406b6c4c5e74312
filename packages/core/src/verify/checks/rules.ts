import type { CheckConfigs } from '../../config/check-schema.ts';
import { UserError } from '../../errors.ts';
import type { Probe, Surroundings } from '../probe.ts';

export function rulesProbe(_config: CheckConfigs['rules'], _context: Surroundings): Probe {
  throw new UserError('The check rules is not there yet.');
}
