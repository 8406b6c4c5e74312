import * as z from 'zod';
import { durationSchema, timeoutSchema } from '../duration-schema.ts';

/** The five points of post-deployment verification, in their order. */
export const POINTS = ['health', 'functionality', 'monitoring', 'logs', 'performance'] as const;
export type Point = (typeof POINTS)[number];

/** What every check may say, whatever its type. */
export const commonKeys = {
  name: z.string().min(1).optional().describe('What log, summary and failed-check call it'),
  point: z
    .enum(POINTS)
    .optional()
    .describe('Which point of post-deployment verification it belongs to; default: by its type'),
  'report-only': z
    .boolean()
    .default(false)
    .describe('Whether its result is told, and decides nothing'),
  successes: z
    .int()
    .min(1)
    .optional()
    .describe(
      'Good answers in a row that make the check succeed; default: it must stay good until the duration is over',
    ),
  'failure-limit': z
    .int()
    .min(0)
    .optional()
    .describe('So many failed measurements are tolerated; default: 0, with successes all'),
  'error-limit': z
    .int()
    .min(0)
    .optional()
    .describe('So many errors in a row are tolerated; default: all, until the duration is over'),
  'initial-delay': durationSchema.prefault('0s').describe('Time before its first measurement'),
  interval: timeoutSchema.optional().describe('Time from one measurement to the next'),
} as const;

export const requestHeadersSchema = z
  .record(z.string(), z.string())
  .default({})
  .describe('Request headers');

export const scalarSchema = z.union([z.string(), z.number(), z.boolean(), z.null()]);

/** The keys of {@link commonKeys}, as a check has them once they are read. */
export type CommonConfig = z.output<z.ZodObject<typeof commonKeys>>;
