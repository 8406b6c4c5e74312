import type { CheckConfigs } from '../../config/check-schema.ts';
import { UserError } from '../../errors.ts';
import type { Probe, Surroundings } from '../probe.ts';

export function kubernetesProbe(
  _config: CheckConfigs['kubernetes'],
  _context: Surroundings,
): Probe {
  throw new UserError('The check kubernetes is not there yet.');
}
