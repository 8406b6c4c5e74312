import { didYouMean } from '../config/names.ts';
import { UserError } from '../errors.ts';
import type { WorkloadKind, WorkloadRef } from './types.ts';

const KINDS: Readonly<Record<string, WorkloadKind>> = {
  deployment: 'Deployment',
  deployments: 'Deployment',
  deploy: 'Deployment',
  statefulset: 'StatefulSet',
  statefulsets: 'StatefulSet',
  sts: 'StatefulSet',
  daemonset: 'DaemonSet',
  daemonsets: 'DaemonSet',
  ds: 'DaemonSet',
  cronjob: 'CronJob',
  cronjobs: 'CronJob',
  cj: 'CronJob',
};

/**
 * The workload that `text` names as kubectl would: `deployment/paal-frontend`, `sts/queue`.
 * @param what where it stands, for the error: `The input "workloads"`
 * @throws UserError
 */
export function parseWorkload(text: string, namespace: string, what: string): WorkloadRef {
  const [kindText = '', name = '', ...rest] = text.split('/');
  const kind = KINDS[kindText.toLowerCase()];
  if (rest.length > 0 || !/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(name)) {
    throw new UserError(`${what}: "${text}" is not a workload. Write kind/name: deployment/web.`);
  }
  if (!kind) {
    throw new UserError(
      `${what}: "${text}": "${kindText}" is not a kind that can be rolled out.` +
        `${didYouMean(kindText.toLowerCase(), Object.keys(KINDS))} Supported: deployment, statefulset, daemonset, cronjob.`,
    );
  }
  return { kind, namespace, name };
}
