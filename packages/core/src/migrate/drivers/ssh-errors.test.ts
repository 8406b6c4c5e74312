import { describe, expect, test } from '@jest/globals';
import { connectError, lossOf } from './ssh-errors.ts';

const PLACE = { host: 'db-server', port: 22, user: 'db-admin', jump: undefined };

/** What OpenSSH says, by its sources; what a real one says, the end-to-end tests show. */
test.each<[string, readonly string[], string]>([
  [
    'a firewall that drops',
    ['ssh: connect to host db-server port 22: Connection timed out'],
    'does not answer. Check that a firewall',
  ],
  [
    'no way there',
    ['ssh: connect to host 10.0.0.9 port 22: No route to host'],
    'The server 10.0.0.9, for ssh to db-server port 22, does not answer',
  ],
  [
    'a name server that is away',
    ['ssh: Could not resolve hostname db-server: Temporary failure in name resolution'],
    'has no address',
  ],
  [
    'too many logins at once',
    [
      'kex_exchange_identification: Connection closed by remote host',
      'Connection closed by 10.0.0.9 port 22',
    ],
    'MaxStartups',
  ],
  [
    'an old server',
    [
      'Unable to negotiate with 10.0.0.9 port 22: no matching host key type found. Their offer: ssh-dss',
    ],
    'Bring sshd up to date. ssh said: Unable to negotiate with 10.0.0.9',
  ],
  [
    'an agent with many keys',
    ['Received disconnect from 10.0.0.9 port 22:2: Too many authentication failures'],
    'instead of an agent with many',
  ],
  [
    'a jump host that may not forward',
    ['channel 0: open failed: administratively prohibited: open failed', 'stdio forwarding failed'],
    'AllowTcpForwarding',
  ],
  [
    'a key that the client cannot read',
    ['Load key "/t/key": error in libcrypto', 'db-admin@db-server: Permission denied (publickey).'],
    'the private key could not be read (error in libcrypto)',
  ],
  ['something new', ['debug1: noise', 'Weather is bad'], 'came about. ssh said: Weather is bad'],
  ['nothing', [], 'ssh said: nothing'],
])('%s is told with what to do', (_, log, says) => {
  expect(connectError(log, PLACE).message).toContain(says);
});

describe('why a session was lost', () => {
  test.each([
    ['Timeout, server db-server not responding.', 'it gave no sign of life'],
    ['Connection to db-server closed by remote host.', 'the server closed it'],
    ['client_loop: send disconnect: Broken pipe', 'it broke'],
    ['Read from remote host db-server: Connection reset by peer', 'it was reset'],
    ['Odd', 'ssh said: Odd'],
  ])('%s', (line, says) => {
    expect(lossOf(['debug1: noise', line])).toBe(says);
  });
});
