import { fieldsOf, numberOf } from './bson.ts';
import type { Fields } from './recorded.ts';

const GREETINGS: ReadonlySet<string> = new Set(['hello', 'isMaster', 'ismaster']);

/** Whether the command `name` asks what server this is. */
export function isGreeting(name: string): boolean {
  return GREETINGS.has(name);
}

/** Whether the server that greets with `hello` has transactions. */
export function hasTransactions(hello: Fields): boolean {
  return hello.setName !== undefined || hello.msg === 'isdbgrid';
}

/** The appName of the driver that greets. */
export function greetedBy(command: Fields): string | undefined {
  const { name } = fieldsOf(fieldsOf(command.client).application);
  return typeof name === 'string' ? name : undefined;
}

/**
 * What the dry run's server at `address` (`127.0.0.1:port`) greets with: the versions, limits and kind
 * of the real server, whose greeting is `real`, but its own address. Compression is not offered, nor
 * authentication; a topologyVersion would let a driver wait for news that never come.
 */
export function greeting(real: Fields, address: string): Fields {
  const set =
    real.setName === undefined
      ? {}
      : {
          setName: real.setName,
          setVersion: real.setVersion ?? 1,
          secondary: false,
          hosts: [address],
          primary: address,
          me: address,
        };
  return {
    helloOk: true,
    isWritablePrimary: true,
    ismaster: true,
    ...(real.msg === undefined ? {} : { msg: real.msg }),
    ...set,
    maxBsonObjectSize: numberOf(real.maxBsonObjectSize ?? 16_777_216),
    maxMessageSizeBytes: numberOf(real.maxMessageSizeBytes ?? 48_000_000),
    maxWriteBatchSize: numberOf(real.maxWriteBatchSize ?? 100_000),
    ...(real.logicalSessionTimeoutMinutes === undefined
      ? {}
      : { logicalSessionTimeoutMinutes: numberOf(real.logicalSessionTimeoutMinutes) }),
    minWireVersion: numberOf(real.minWireVersion),
    maxWireVersion: numberOf(real.maxWireVersion),
    readOnly: false,
    ok: 1,
  };
}
