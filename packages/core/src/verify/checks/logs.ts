import type { CheckConfigs } from '../../config/check-schema.ts';
import { elasticsearchLogsProbe } from '../logs/elasticsearch-probe.ts';
import { podsLogsProbe } from '../logs/pods-probe.ts';
import type { Probe, Surroundings } from '../probe.ts';

/**
 * The check that no errors are logged, by the new pods themselves or by what Elasticsearch has of them.
 * @throws UserError for a configuration that is not usable, and where no workload is named
 */
export function logsProbe(config: CheckConfigs['logs'], context: Surroundings): Probe {
  const { elasticsearch } = config;
  return elasticsearch
    ? elasticsearchLogsProbe({ ...config, elasticsearch }, context)
    : podsLogsProbe(config, context);
}
