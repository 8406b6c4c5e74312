import type { Observation } from '../check.ts';
import { bad } from '../http/expectation.ts';
import { type HttpRequest, NoAnswer, sendRequest } from '../request.ts';
import { quoted } from '../text.ts';
import { adviceOn, readVersion, type VersionPlace } from './read.ts';

/** What one request to the load balancer came to: a version, or why there is none. */
export type BalancerReply = { readonly version: string } | { readonly why: string };

const BEHIND =
  'Old pods may still answer: is the rollout complete, and does the Service select the new pods alone?';

/**
 * What the answers of the load balancer mean; pure. The `number` is how many are wrong.
 * @param replies at least one
 * @param old pods of earlier templates that are still there
 */
export function judgeReplies(
  replies: readonly BalancerReply[],
  expected: string,
  shown: string,
  old: readonly string[],
): Observation {
  const wrong = replies.filter((reply) => !('version' in reply) || reply.version !== expected);
  const all = `${replies.length} ${replies.length === 1 ? 'answer' : 'answers'}`;
  if (wrong.length === 0) {
    const message = `${shown}: ${all} of version ${expected}`;
    return { outcome: 'succeeded', retry: true, value: expected, message, number: 0 };
  }
  const groups = Map.groupBy(wrong, (reply) =>
    'version' in reply ? `of version ${quoted(reply.version)}` : `none: ${reply.why}`,
  );
  const counted = [...groups].map(([what, of]) => {
    const were = of.length === 1 ? 'was' : 'were';
    return `${of.length} of ${all} ${were} ${what}`;
  });
  const left =
    old.length > 0 ? `; pods of an earlier template are still there: ${old.join(', ')}` : '';
  const versions = wrong.flatMap((reply) => ('version' in reply ? [reply.version] : []));
  const [version] = versions;
  const everyOne = version !== undefined && versions.length === replies.length;
  const hint =
    version === undefined ? 'Is the service up, and reachable from this runner?' : BEHIND;
  return {
    ...bad(
      `${wrong.length} of ${replies.length} wrong`,
      `${shown}: expected version ${quoted(expected)}, but ${counted.join(', ')}${left}`,
      everyOne && old.length === 0 ? adviceOn(version, expected) : hint,
    ),
    number: wrong.length,
  };
}

/** Asks the load balancer so many times in a row, each time over a connection of its own. */
export async function askBalancer(
  request: HttpRequest,
  place: VersionPlace,
  times: number,
  signal: AbortSignal,
): Promise<readonly BalancerReply[]> {
  const replies: BalancerReply[] = [];
  for (let made = 0; made < times; made += 1) {
    try {
      const read = readVersion(await sendRequest(request, signal), place);
      replies.push('version' in read ? read : { why: read.message });
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      replies.push({ why: error.message });
      // Who does not answer at all would be waited for again and again.
      return replies;
    }
  }
  return replies;
}
