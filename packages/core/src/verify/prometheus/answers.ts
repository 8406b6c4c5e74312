import * as z from 'zod';

// https://prometheus.io/docs/prometheus/latest/querying/api/

const sample = z.tuple([z.number(), z.string().min(1)]);
const metric = z.record(z.string(), z.string()).default({});
const remarks = {
  warnings: z.array(z.string()).default([]),
  infos: z.array(z.string()).default([]),
};

export const refusal = z.object({
  ...remarks,
  status: z.literal('error'),
  errorType: z.string().default('error'),
  error: z.string(),
});

/** The answer of /api/v1/query and of /api/v1/query_range. */
export const queryAnswer = z.discriminatedUnion('status', [
  z.object({
    ...remarks,
    status: z.literal('success'),
    data: z.discriminatedUnion('resultType', [
      z.object({
        resultType: z.literal('vector'),
        result: z.array(z.object({ metric, value: sample.optional() })),
      }),
      z.object({ resultType: z.literal('scalar'), result: sample }),
      z.object({
        resultType: z.literal('matrix'),
        result: z.array(z.object({ metric, values: z.array(sample).optional() })).default([]),
      }),
      z.object({ resultType: z.literal('string') }),
    ]),
  }),
  refusal,
]);
export type QueryAnswer = z.output<typeof queryAnswer>;

/** A scraped endpoint, as /api/v1/targets has it. */
const target = z.object({
  labels: z.record(z.string(), z.string()).default({}),
  scrapeUrl: z.string().default(''),
  lastError: z.string().default(''),
  /** `0001-01-01T00:00:00Z` before the first scrape. */
  lastScrape: z.string().default(''),
  health: z.string(),
  scrapeInterval: z.string().default(''),
});
export type Target = z.output<typeof target>;

export const targetsAnswer = z.union([
  z.object({ status: z.literal('success'), data: z.object({ activeTargets: z.array(target) }) }),
  refusal,
]);

const serverRule = z.object({
  type: z.string().default('alerting'),
  name: z.string(),
  query: z.string(),
  labels: z.record(z.string(), z.string()).default({}),
  /** `for`, in seconds. */
  duration: z.number().default(0),
});

/** The answer of /api/v1/rules. */
export const rulesAnswer = z.union([
  z.object({
    status: z.literal('success'),
    data: z.object({
      groups: z.array(
        z.object({
          name: z.string().default(''),
          file: z.string().default(''),
          /** Seconds. */
          interval: z.number().default(60),
          rules: z.array(serverRule),
        }),
      ),
    }),
  }),
  refusal,
]);
export type RulesAnswer = z.output<typeof rulesAnswer>;
