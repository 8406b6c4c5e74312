import { web } from '../e2e/workloads.ts';

/** Deployments that are alike. */
export interface Shop {
  readonly image: string;
  readonly count: number;
  /** Of each; default: 1. */
  readonly replicas?: number;
}

/** Their names, in the order in which they are written. */
export function namesOf({ count }: Pick<Shop, 'count'>): readonly string[] {
  return Array.from({ length: count }, (_, index) => `web-${String(index + 1).padStart(4, '0')}`);
}

/** Their manifests. Another `release` gives them another template. */
export function manifestsOf(shop: Shop, release: string): readonly object[] {
  const { image, replicas = 1 } = shop;
  return namesOf(shop).map((name) => web({ name, image, replicas, env: { RELEASE: release } }));
}
