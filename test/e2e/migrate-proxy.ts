import { afterAll, beforeAll } from '@jest/globals';
import { type MongodbProxy, startMongodbProxy } from '../mongodb-faults/mongodb-proxy.ts';

/** A way to the server of this test file on which a test can make trouble; call it after `shops()`. */
export function faultyWay(
  uri: () => string,
  options: { readonly replicaSet?: boolean } = {},
): () => MongodbProxy {
  let proxy: MongodbProxy | undefined;
  beforeAll(async () => {
    const { hostname, port } = new URL(uri());
    proxy = await startMongodbProxy({ host: hostname, port: Number(port || 27_017), ...options });
  }, 60_000);
  afterAll(async () => await proxy?.stop());
  return () => {
    if (!proxy) throw new Error('The proxy is not there yet');
    return proxy;
  };
}
