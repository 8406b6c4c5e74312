import { expect, test } from '@jest/globals';
import { type RecordedRequest, requestInfo } from '../faults/requests.ts';
import { withinBudget } from './benchmark.ts';
import { countRequests, growthWithTime, growthWithWorkloads } from './request-counts.ts';

const WEB = '/apis/apps/v1/namespaces/shop/deployments/web';
const PODS = '/api/v1/namespaces/shop/pods';

function requests(...asked: readonly string[]): readonly RecordedRequest[] {
  return asked.map((one) => {
    const [method = '', url = ''] = one.split(' ');
    return { ...requestInfo(method, url), openedAt: 0, faults: [] };
  });
}

function counts(...asked: readonly string[]) {
  return countRequests(requests(...asked));
}

/** What is over its budget. */
function over(figures: ReturnType<typeof growthWithTime>): readonly string[] {
  return figures.filter((figure) => !withinBudget(figure)).map(({ what }) => what);
}

test('requests are counted by verb and resource, dry runs apart', () => {
  const asked = counts(`PATCH ${WEB}?dryRun=All`, `PATCH ${WEB}`, `PATCH ${WEB}`, 'GET /version');
  expect(Object.fromEntries(asked)).toEqual({
    'patch deployments (dry run)': 1,
    'patch deployments': 2,
    'get /version': 1,
  });
});

test('writes and their dry runs may grow with the workloads, reads may not', () => {
  const one = counts(`GET ${WEB}`, `PATCH ${WEB}?dryRun=All`, `PATCH ${WEB}`);
  const two = counts(
    ...['1', '2'].flatMap((end) => [
      `PATCH ${WEB}${end}?dryRun=All`,
      `PATCH ${WEB}${end}`,
      `GET ${WEB}${end}`,
    ]),
  );
  expect(over(growthWithWorkloads(one, two, 2, 0))).toEqual(['2 workloads: get deployments']);
});

test('several workloads may be read by one list in place of the one that is read by its name', () => {
  const list = 'GET /apis/apps/v1/namespaces/shop/deployments';
  const one = counts(`GET ${WEB}`);
  expect(over(growthWithWorkloads(one, counts(list), 2, 0))).toEqual([]);
  expect(over(growthWithWorkloads(one, counts(list, list), 2, 0))).toEqual([
    '2 workloads: list deployments',
  ]);
});

test('a second watch of a kind is over the budget, even where there were two before', () => {
  const twice = counts(`GET ${PODS}?watch=true`, `GET ${PODS}?watch=true`);
  expect(over(growthWithWorkloads(twice, twice, 20, 0))).toEqual(['20 workloads: watch pods']);
});

test('a silent watch may be proven by one list in ten seconds', () => {
  const short = counts(`GET ${PODS}?watch=true`);
  const lists = (count: number) => counts(...Array<string>(count).fill(`GET ${PODS}`));
  expect(over(growthWithTime(short, lists(3), 30))).toEqual([]);
  expect(over(growthWithTime(short, lists(4), 30))).toEqual(['30 s: list pods']);
});

test('the lease may be renewed every five seconds', () => {
  const renewals = (count: number) =>
    counts(
      ...Array<string>(count).fill('PUT /apis/coordination.k8s.io/v1/namespaces/shop/leases/a'),
    );
  expect(over(growthWithTime(renewals(2), renewals(8), 30))).toEqual([]);
  expect(over(growthWithTime(renewals(2), renewals(9), 30))).toEqual(['30 s: update leases']);
  expect(over(growthWithWorkloads(renewals(2), renewals(3), 20, 7))).toEqual([]);
  expect(over(growthWithWorkloads(renewals(2), renewals(4), 20, 7))).toEqual([
    '20 workloads: update leases',
  ]);
});
