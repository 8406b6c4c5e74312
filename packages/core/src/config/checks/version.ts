import * as z from 'zod';
import { timeoutSchema } from '../duration-schema.ts';
import { commonKeys, requestHeadersSchema } from './common.ts';

export const versionCheck = z
  .strictObject({
    ...commonKeys,
    path: z.string().min(1).default('/api/health').describe('Path that tells the version'),
    json: z.string().min(1).default('version').describe('Where in the JSON body, as a JSONPath'),
    expected: z.string().min(1).default('{{version}}').describe('The version that must answer'),
    pods: z
      .boolean()
      .default(true)
      .describe("Whether every new pod is asked, through the API server's proxy"),
    url: z
      .string()
      .min(1)
      .optional()
      .describe('Address of the load balancer, which must answer so, too; default: none'),
    workloads: z
      .array(z.string().min(1))
      .optional()
      .describe('kind/name of the workloads whose pods are asked; default: all of the release'),
    port: z
      .union([z.int().min(1).max(65_535), z.string().min(1)])
      .optional()
      .describe("Port of the pods, by number or name; default: their first container's first"),
    scheme: z.enum(['http', 'https']).default('http'),
    headers: requestHeadersSchema,
    timeout: timeoutSchema.prefault('5s').describe('Of one request'),
  })
  .describe('Every new pod answers with this version, and so does the load balancer');
