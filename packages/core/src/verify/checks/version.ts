import type { CheckConfigs } from '../../config/check-schema.ts';
import { UserError } from '../../errors.ts';
import type { Probe, Surroundings } from '../probe.ts';

export function versionProbe(_config: CheckConfigs['version'], _context: Surroundings): Probe {
  throw new UserError('The check version is not there yet.');
}
