import * as z from 'zod';
import { alertsCheck } from './checks/alerts.ts';
import { httpCheck } from './checks/http.ts';
import { kubernetesCheck } from './checks/kubernetes.ts';
import { logsCheck } from './checks/logs.ts';
import { prometheusCheck } from './checks/prometheus.ts';
import { restartsCheck } from './checks/restarts.ts';
import { rulesCheck } from './checks/rules.ts';
import { smokeCheck } from './checks/smoke.ts';
import { versionCheck } from './checks/version.ts';

const TYPES = {
  http: httpCheck,
  version: versionCheck,
  prometheus: prometheusCheck,
  alerts: alertsCheck,
  rules: rulesCheck,
  logs: logsCheck,
  restarts: restartsCheck,
  smoke: smokeCheck,
  kubernetes: kubernetesCheck,
} as const;

/** What a check is called in paal.yaml. */
export type CheckType = keyof typeof TYPES;

/** The configuration of each type of check, as it is read. */
export type CheckConfigs = { readonly [Type in CheckType]: z.output<(typeof TYPES)[Type]> };

/** One check of verify-health, under the name of its type. */
export const checkSchema = z
  .strictObject({
    http: TYPES.http.optional(),
    version: TYPES.version.optional(),
    prometheus: TYPES.prometheus.optional(),
    alerts: TYPES.alerts.optional(),
    rules: TYPES.rules.optional(),
    logs: TYPES.logs.optional(),
    restarts: TYPES.restarts.optional(),
    smoke: TYPES.smoke.optional(),
    kubernetes: TYPES.kubernetes.optional(),
  })
  .refine((check) => Object.values(check).filter((one) => one !== undefined).length === 1, {
    message: 'a check is one entry under its type, such as "http: { url: … }"',
  });

/** One entry of `verify.checks`. */
export type CheckConfig = z.output<typeof checkSchema>;
