import * as z from 'zod';
import { timeoutSchema } from '../duration-schema.ts';
import { podKeys } from './pods.ts';
import { commonKeys, requestHeadersSchema } from './shared-keys.ts';

/** Where in an answer the version is; one of them. */
const PLACES = ['json', 'header', 'matches'] as const;

export const versionCheck = z
  .strictObject({
    ...commonKeys,
    path: z.string().startsWith('/').default('/api/health').describe('Path that tells the version'),
    json: z
      .string()
      .min(1)
      .optional()
      .describe('Where in the JSON body it is, as a JSONPath; default: version'),
    header: z.string().min(1).optional().describe('Header of the answer that is the version'),
    matches: z
      .string()
      .min(1)
      .optional()
      .describe(
        'Regular expression for the body; its first group, or else the whole, is the version',
      ),
    expected: z.string().min(1).default('{{version}}').describe('The version that must answer'),
    pods: z
      .boolean()
      .default(true)
      .describe("Whether every new pod is asked, through the API server's proxy"),
    ...podKeys,
    url: z
      .string()
      .min(1)
      .optional()
      .describe(
        'Address of the load balancer, to which path is appended, and which must answer so, too; default: none',
      ),
    requests: z
      .int()
      .min(1)
      .max(100)
      .default(5)
      .describe('How often the load balancer is asked in a row, each time over a new connection'),
    headers: requestHeadersSchema,
    timeout: timeoutSchema.prefault('5s').describe('Of one request'),
  })
  .superRefine((check, context) => {
    const places = PLACES.filter((key) => check[key] !== undefined);
    if (places.length > 1) {
      const message = `there are ${places.join(' and ')}: the version is in one place`;
      context.addIssue({ code: 'custom', path: [places[1] ?? ''], message });
    }
    if (!check.pods && check.url === undefined) {
      const message = 'with pods: false, and without a url, nobody is asked: write the url';
      context.addIssue({ code: 'custom', path: ['pods'], message });
    }
  })
  .describe('Every new pod answers with this version, and so does the load balancer');
