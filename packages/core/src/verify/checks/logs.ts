import type { CheckConfigs } from '../../config/check-schema.ts';
import { UserError } from '../../errors.ts';
import type { Probe, Surroundings } from '../probe.ts';

export function logsProbe(_config: CheckConfigs['logs'], _context: Surroundings): Probe {
  throw new UserError('The check logs is not there yet.');
}
