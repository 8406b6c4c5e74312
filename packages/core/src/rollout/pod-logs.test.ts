import { describe, expect, test } from '@jest/globals';
import { virtualClock } from '../clock.test-data.ts';
import type { Connection, KubeRequest } from '../cluster/connection.ts';
import { refusal } from '../cluster/watch.test-data.ts';
import type { Pod } from '../workload/types.ts';
import {
  deployment,
  pod,
  replicaSet,
  terminated,
  waiting,
} from '../workload/workload.test-data.ts';
import { NOT_SEEN } from './observation.ts';
import { showPodLogs } from './pod-logs.ts';
import { targetOf } from './rollout.test-data.ts';
import { type Standing, unseen } from './tracker.ts';

const written = deployment();
const rs = replicaSet(written);
const PATH = '/api/v1/namespaces/shop/pods/web-1/log';
const running = (restartCount = 0) => [{ name: 'web', restartCount, state: { running: {} } }];

function standing(...newPods: readonly Pod[]): Standing {
  const pods = newPods.map((one) => ({
    ...one,
    metadata: { ...one.metadata, namespace: 'shop' },
  }));
  const observation = { ...NOT_SEEN, related: { ...NOT_SEEN.related, pods, newPods: pods } };
  return { ...unseen(targetOf(written), '', 0), observation };
}

/** A double of a connection, whose streams say one line and stay open, or are refused. */
function logs(refused?: Error) {
  const asked: KubeRequest[] = [];
  const printed: string[] = [];
  const connection = {
    stream: async (request: KubeRequest, signal: AbortSignal) => {
      asked.push(request);
      if (refused) throw refused;
      return (async function* () {
        yield `2026-01-01T00:00:00.000000001Z hello from ${asked.length}\n`;
        await new Promise((_, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason)),
        );
      })();
    },
  } as Partial<Connection> as Connection;
  const clock = virtualClock();
  const { signal } = new AbortController();
  const shown = showPodLogs({ connection, print: (line) => printed.push(line), clock, signal });
  return { ...shown, asked, printed, clock };
}

describe('the logs of new pods', () => {
  test('are shown with pod and container, as soon as a container has begun, each run once', async () => {
    const { see, close, asked, printed, clock } = logs();
    see([standing(pod(rs, waiting('ContainerCreating')))]);
    expect(asked).toEqual([]);
    see([standing(pod(rs, running()))]);
    see([standing(pod(rs, running()))]);
    await clock.until(() => printed.length === 1);
    expect(printed).toEqual(['[web-1 web] hello from 1']);
    see([standing(pod(rs, terminated(1, 1)))]);
    await clock.until(() => printed.length === 2);
    expect(asked.map(({ path }) => path)).toEqual([PATH, PATH]);
    await close();
  });

  test('are those of ten containers at a time at most, which is said once', async () => {
    const { see, close, asked, printed, clock } = logs();
    const many = Array.from({ length: 15 }, (_, index) => pod(rs, running(), `web-${index}`));
    see([standing(...many)]);
    see([standing(...many)]);
    await clock.until(() => printed.length >= 11);
    expect(asked).toHaveLength(10);
    expect(printed.filter((line) => line.includes('at a time'))).toHaveLength(1);
    await close();
  });

  test('that may not be read are asked for no more, and the rule to add is said once', async () => {
    const { see, close, asked, printed, clock } = logs(refusal(403, 'get'));
    see([standing(pod(rs, running(), 'web-1'), pod(rs, running(), 'web-2'))]);
    await clock.until(() => printed.length > 0);
    see([standing(pod(rs, running(), 'web-3'))]);
    await close();
    expect(asked).toHaveLength(2);
    expect(printed).toHaveLength(1);
    expect(printed[0]).toContain('Add this rule');
  });
});
