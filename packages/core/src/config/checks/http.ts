import * as z from 'zod';
import { timeoutSchema } from '../duration-schema.ts';
import { commonKeys, requestHeadersSchema, scalarSchema } from './common.ts';

const status = z.int().min(100).max(599);

export const httpCheck = z
  .strictObject({
    ...commonKeys,
    url: z.string().min(1).describe('Address; {{url}} and {{version}} are replaced'),
    method: z.enum(['GET', 'HEAD', 'POST']).default('GET'),
    headers: requestHeadersSchema,
    status: z
      .union([status, z.array(status).min(1)])
      .optional()
      .describe('Accepted status codes; default: 200 to 299'),
    json: z
      .record(z.string(), scalarSchema)
      .default({})
      .describe('Values that the JSON body must hold, by JSONPath ("status", "$.data[0].id")'),
    timeout: timeoutSchema.prefault('5s').describe('Of one request'),
  })
  .refine(({ method, json }) => method !== 'HEAD' || Object.keys(json).length === 0, {
    message: 'the answer to HEAD has no body: leave out json, or write method: GET',
    path: ['method'],
  })
  .describe('An HTTP endpoint answers as it should');
