import { BlockList, isIP } from 'node:net';

type Environment = Readonly<Record<string, string | undefined>>;

function bare(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
}

function family(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** Whether one entry of NO_PROXY is about the host. */
function matches(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  const range = /^(.+)\/(\d+)$/.exec(entry);
  if (range) {
    const [, network = '', bits = ''] = range;
    if (isIP(network) === 0 || isIP(network) !== isIP(host)) return false;
    const list = new BlockList();
    list.addSubnet(network, Number(bits), family(network));
    return list.check(host, family(host));
  }
  const parts = isIP(entry) === 0 ? /^(.*):(\d+)$/.exec(entry) : null;
  const [name, onlyPort] = parts ? [parts[1] ?? '', parts[2]] : [entry, undefined];
  if (onlyPort !== undefined && onlyPort !== port) return false;
  const domain = bare(name.replace(/^\*\./, '.'));
  if (isIP(host) !== 0) return domain === host;
  return domain.startsWith('.')
    ? host.endsWith(domain)
    : host === domain || host.endsWith(`.${domain}`);
}

/**
 * The proxy that the environment names for `server`, as kubectl takes it from HTTPS_PROXY, HTTP_PROXY
 * and NO_PROXY (golang.org/x/net/http/httpproxy): never for the machine itself; NO_PROXY lists names
 * with all that ends in them, addresses, ranges, each with a port or without, and `*`.
 */
export function proxyFor(server: string, env: Environment): string | undefined {
  const { protocol, hostname, port } = new URL(server);
  const secure = protocol === 'https:';
  const proxy = secure ? env.HTTPS_PROXY || env.https_proxy : env.HTTP_PROXY || env.http_proxy;
  const host = bare(hostname.toLowerCase());
  if (!proxy || isLoopback(host)) return undefined;
  const excluded = (env.NO_PROXY || env.no_proxy || '')
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .filter((entry) => entry !== '');
  const actualPort = port || (secure ? '443' : '80');
  if (excluded.some((entry) => matches(entry, host, actualPort))) return undefined;
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(proxy) ? proxy : `http://${proxy}`;
}
