import * as z from 'zod';
import { checkSchema } from './check-schema.ts';
import { autoDurationSchema, durationSchema } from './duration-schema.ts';
import { LINT_RULES, LINT_SEVERITIES } from './lint-rules.ts';
import { grafanaSchema, silenceSchema } from './monitoring-schema.ts';

const name = z.string().min(1);
const duration = durationSchema;

const workload = z
  .strictObject({
    deployment: name.optional().describe('Name of a Deployment'),
    statefulset: name.optional().describe('Name of a StatefulSet'),
    daemonset: name.optional().describe('Name of a DaemonSet'),
    cronjob: name.optional().describe('Name of a CronJob'),
    images: z
      .record(z.string(), z.string())
      .default({})
      .describe('Image repository of each container that is built by this repository'),
  })
  .refine(({ images: _, ...names }) => Object.values(names).filter(Boolean).length === 1, {
    message: 'a workload is named by its kind, such as "deployment: web"',
  });

const tolerance = z.enum(['error', 'warn', 'allow']);

const sections = {
  manifests: z.array(name).optional().describe('Files and folders with Kubernetes manifests'),
  workloads: z.array(workload).optional().describe('What a rollout sets images on and watches'),
  rollout: z
    .strictObject({
      timeout: duration.optional(),
      'rollback-timeout': duration.optional(),
      bake: duration.optional(),
      'on-failure': z.enum(['rollback', 'none']).optional(),
      'rollback-on': z.enum(['app', 'any']).optional(),
      'min-available': z
        .union([z.string(), z.number()])
        .optional()
        .describe('How many of the new pods are enough: a number, or a percentage'),
      'wait-for-termination': z
        .boolean()
        .optional()
        .describe('Whether the pods of the version before must be gone, too'),
      prune: z
        .boolean()
        .optional()
        .describe(
          'Whether what the manifests have no longer is deleted once a release is verified',
        ),
      budgets: z
        .record(z.string(), z.union([z.string(), z.number()]))
        .optional()
        .describe('How much evidence of a reason makes a failure, such as ImageNotFound: 90s'),
    })
    .optional(),
  migrations: z
    .strictObject({
      driver: z.enum(['mongodb', 'job', 'ssh', 'command']).optional(),
      directory: name.optional(),
      database: name.optional(),
      changelog: name.optional().describe('Name of the collection of applied migrations'),
      'migrate-mongo-config': name
        .optional()
        .describe('Path of the configuration of migrate-mongo'),
      transaction: z
        .boolean()
        .optional()
        .describe('Whether each migration and its row in the changelog are one transaction'),
      'on-edited': tolerance.optional(),
      'on-missing': tolerance.optional(),
      'on-out-of-order': tolerance.optional(),
      'on-interrupted': z.enum(['fail', 'retry', 'resume']).optional(),
      'job-like': name.optional().describe('Workload whose pods the Job is made after'),
      image: name.optional().describe('Image in which the Job runs the migrations'),
      'job-template': name.optional().describe('File with a Job that gets the runner'),
      'job-migrations': z.enum(['image', 'checkout']).optional(),
      'job-timeout': duration.optional(),
      'uri-secret': name.optional().describe('Secret with the connection string, NAME/KEY'),
      'ssh-host': name.optional(),
      'ssh-port': z.int().min(1).max(65_535).optional(),
      'ssh-user': name.optional(),
      'ssh-host-key': name.optional().describe("The host's public keys, as lines of known_hosts"),
      'ssh-jump': name.optional(),
      'ssh-directory': name.optional(),
      'command-line': name.optional().describe('Shell command of the driver command'),
      'lock-wait': duration.optional(),
      'lock-ttl': duration.optional(),
      lint: z
        .partialRecord(z.enum(LINT_RULES), z.enum(LINT_SEVERITIES))
        .optional()
        .describe('What a finding of a rule is: off, info, warning or error'),
      'lint-after': z
        .union([name, z.number()])
        .transform(String)
        .optional()
        .describe('This migration and older ones are not linted'),
    })
    .optional(),
  verify: z
    .strictObject({
      duration: autoDurationSchema.optional(),
      interval: duration.optional(),
      prometheus: name.optional().describe('Address of the Prometheus server'),
      alertmanager: name.optional().describe('Address of the Alertmanager'),
      elasticsearch: name.optional().describe('Address of Elasticsearch'),
      'on-failure': z.enum(['rollback', 'none']).optional(),
      'rollback-on': z.enum(['app', 'any']).optional(),
      'on-inconclusive': z.enum(['fail', 'pass', 'rollback']).optional(),
      'on-error': z.enum(['fail', 'pass']).optional(),
      silence: silenceSchema.optional(),
      grafana: grafanaSchema.optional(),
      checks: z.array(checkSchema).optional(),
    })
    .optional(),
};

const environment = z.strictObject({
  branch: z
    .union([name, z.array(name).min(1)])
    .optional()
    .describe('Branches that deploy to this environment; * stands for any characters'),
  namespace: name.optional(),
  url: z.url().optional().describe('Where users reach the system'),
  ...sections,
});

/** The schema of paal.yaml; docs/paal.schema.json is made from it. */
export const configSchema = z.strictObject({
  app: name.optional().describe('Name of the application in the release ledger'),
  environments: z.record(z.string(), environment).optional(),
  ...sections,
});

/** paal.yaml as it is written, durations as milliseconds. */
export type Config = z.output<typeof configSchema>;
