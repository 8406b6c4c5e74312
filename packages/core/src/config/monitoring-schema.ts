import * as z from 'zod';
import { timeoutSchema } from './duration-schema.ts';

/** `verify.silence`: what Alertmanager tells nobody of while a release is verified. */
export const silenceSchema = z
  .strictObject({
    matchers: z
      .array(z.string().min(1))
      .min(1)
      .describe(
        'Which alerts are silenced, such as namespace="{{namespace}}"; one fixes the namespace or the app',
      ),
    duration: timeoutSchema
      .prefault('15m')
      .describe('After which it ends by itself, from its start or its extension'),
    comment: z.string().min(1).default('Deployment').describe('Why it is there'),
  })
  .describe('A silence in Alertmanager for the time of the deployment and its verification');

/** `verify.grafana`: where a verification is shown. */
export const grafanaSchema = z
  .strictObject({
    url: z.string().min(1).describe('Address of Grafana'),
    tags: z
      .array(z.string().min(1))
      .default(['deployment'])
      .describe('By which dashboards find the annotation'),
    'dashboard-uid': z
      .string()
      .min(1)
      .optional()
      .describe('The one dashboard that shows it; default: all that ask for its tags'),
  })
  .describe('An annotation in Grafana for the time of the deployment and its verification');

/** The configuration of a silence, as it is read. */
export type SilenceConfig = z.output<typeof silenceSchema>;

/** The configuration of an annotation, as it is read. */
export type GrafanaConfig = z.output<typeof grafanaSchema>;
