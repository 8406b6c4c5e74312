import * as z from 'zod';
import { timeoutSchema } from '../duration-schema.ts';
import { podKeys } from './pods.ts';
import { commonKeys, requestHeadersSchema, scalarSchema } from './shared-keys.ts';

const status = z.int().min(100).max(599);
const texts = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]);

/** What says something of the way to an address, and so nothing of pods behind the API server. */
const OF_ADDRESSES = ['max-latency', 'certificate-days', 'follow-redirects'] as const;
const OF_PODS = ['workloads', 'port'] as const;
/** What is looked for in a body. */
const OF_BODIES = ['json', 'contains', 'matches'] as const;

export const httpCheck = z
  .strictObject({
    ...commonKeys,
    url: z.string().min(1).optional().describe('Address; {{url}} and {{version}} are replaced'),
    pods: z
      .boolean()
      .default(false)
      .describe("Whether every new pod is asked for path, through the API server's proxy"),
    path: z
      .string()
      .startsWith('/')
      .optional()
      .describe('With pods: what is asked of each of them'),
    ...podKeys,
    method: z.enum(['GET', 'HEAD', 'POST']).default('GET').describe('How it is asked'),
    headers: requestHeadersSchema,
    'request-body': z
      .string()
      .min(1)
      .optional()
      .describe(
        'Body of a POST; its content-type is application/json where it is JSON, else text/plain, unless headers say another',
      ),
    status: z
      .union([status, z.array(status).min(1)])
      .optional()
      .describe('Accepted status codes; default: 200 to 299'),
    json: z
      .record(z.string(), scalarSchema)
      .default({})
      .describe('Values that the JSON body must hold, by JSONPath ("status", "$.data[0].id")'),
    contains: texts.optional().describe('Texts that the body must contain, as they are'),
    matches: texts.optional().describe('Regular expressions that must match somewhere in the body'),
    'response-headers': z
      .record(z.string(), z.string())
      .default({})
      .describe('Headers that the answer must have, with the value or a regular expression: /…/'),
    'max-latency': timeoutSchema
      .optional()
      .describe('Longest time that one answer may take, from looking up the name to its end'),
    'certificate-days': z
      .int()
      .min(1)
      .optional()
      .describe(
        'Days for which the TLS certificate must still be valid; default: fewer than 14 are told, and no failure',
      ),
    'follow-redirects': z
      .int()
      .min(0)
      .max(20)
      .default(0)
      .describe('How many redirects are followed, one after the other'),
    timeout: timeoutSchema.prefault('5s').describe('Of one request'),
  })
  .superRefine((check, context) => {
    const refuse = (key: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [key], message });
    if ((check.url === undefined) === (check.path === undefined)) {
      const both = check.url !== undefined;
      refuse(
        both ? 'path' : 'url',
        `${both ? 'there are both' : 'there is neither'} url and path: write url, or pods: true and path`,
      );
    } else if (check.pods !== (check.path !== undefined)) {
      refuse('pods', 'path goes with pods: true, and url without it');
    } else if (check.pods) {
      for (const key of OF_ADDRESSES.filter((one) => check[one])) {
        refuse(
          key,
          `${key} says nothing of pods that are asked through the API server: leave it out`,
        );
      }
    } else {
      for (const key of OF_PODS.filter((one) => check[one] !== undefined)) {
        refuse(key, `${key} goes with pods: true`);
      }
    }
    const inBody = OF_BODIES.find((key) => Object.keys(check[key] ?? {}).length > 0);
    if (check.method === 'HEAD' && inBody !== undefined) {
      refuse('method', `the answer to HEAD has no body: leave out ${inBody}, or write method: GET`);
    }
    if (check.method !== 'POST' && check['request-body'] !== undefined) {
      refuse('request-body', `a ${check.method} has no body: write method: POST`);
    }
  })
  .describe('An HTTP endpoint, or every new pod, answers as it should');
