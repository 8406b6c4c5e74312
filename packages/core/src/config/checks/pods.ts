import * as z from 'zod';

/** Which pods a check asks, and how; for checks that ask them through the API server. */
export const podKeys = {
  workloads: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe('kind/name of the workloads whose pods are asked; default: all of the release'),
  port: z
    .union([z.int().min(1).max(65_535), z.string().min(1)])
    .optional()
    .describe(
      "Port of the pods, by number or name; default: their first container's first, or else the one that its readiness probe asks",
    ),
  scheme: z.enum(['http', 'https']).default('http').describe('How the pods are asked'),
} as const;
