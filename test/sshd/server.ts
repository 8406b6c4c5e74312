import { chmod, cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { repositoryRoot } from '../../scripts/repository.ts';
import { ensurePackages } from '../cluster/programs/debian-packages.ts';
import { temporaryFolder } from '../temporary-folder.ts';

/** A server with a real sshd, the user db-admin and the scripts of the deployment process. */
export interface DatabaseServer {
  readonly host: '127.0.0.1';
  readonly port: number;
  /** Lines of known_hosts would have it after a name. */
  readonly hostKey: string;
  /** A private key that opens db-admin and nobody-here, whose login shell is nologin. */
  readonly key: string;
  /** The path of `file` of the server, as it is seen from outside. */
  path(file: string): string;
  /** Runs a command there as root. */
  run(command: string): Promise<string>;
  /** Runs a command there as db-admin. */
  runAsDbAdmin(command: string): Promise<{ readonly exitCode: number; readonly output: string }>;
  /** The processes of db-admin, by their numbers outside, with their command lines. */
  processes(): Promise<ReadonlyMap<number, string>>;
  /** What sshd logged. */
  log(): string;
  stop(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A new key pair of OpenSSH without a passphrase, at `path`. */
export async function makeKey(path: string, passphrase = ''): Promise<void> {
  await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-C', 'test', '-f', path]);
}

async function makeGround(uri: string): Promise<string> {
  const ground = await temporaryFolder('sshd');
  // db-admin reads nothing here, but goes through.
  await chmod(ground, 0o755);
  await cp(join(repositoryRoot, 'examples/scripts'), join(ground, 'scripts'), { recursive: true });
  await cp(join(repositoryRoot, 'dist/migrate/runner/index.js'), join(ground, 'runner.js'));
  await makeKey(join(ground, 'host_key'));
  await makeKey(join(ground, 'key'));
  await cp(join(ground, 'key.pub'), join(ground, 'authorized_keys'));
  const settings = [
    `MONGODB_URI=${uri}`,
    'MIGRATIONS_DIRECTORY=/opt/paal/migrations',
    'NODE=/opt/node',
  ];
  await writeFile(join(ground, 'production.env'), `${settings.join('\n')}\n`);
  await mkdir(join(ground, 'tmp'));
  return ground;
}

/** The first process in the namespaces that `unshare` made. */
async function firstInside(unshare: number): Promise<number> {
  const children = await readFile(`/proc/${unshare}/task/${unshare}/children`, 'utf8');
  const first = Number.parseInt(children, 10);
  if (Number.isNaN(first)) throw new Error('unshare has started nothing');
  return first;
}

/**
 * Starts the server, with `uri` in its settings. It runs in mount and process namespaces of its own:
 * users, scripts and settings are on no other's machine, and everything ends with {@link stop}.
 */
export async function startDatabaseServer(uri: string): Promise<DatabaseServer> {
  const { 'openssh-server': sshd } = await ensurePackages(['openssh-server'], () => {});
  const ground = await makeGround(uri);
  const port = await freePort();
  const namespaces = ['--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
  const script = join(repositoryRoot, 'test/sshd/ground.sh');
  const server = execa(
    'unshare',
    [...namespaces, 'sh', script, ground, sshd, String(port), process.execPath],
    { stdin: 'ignore', stdout: 'ignore', buffer: false, reject: false },
  );
  const lines: string[] = [];
  const listening = Promise.withResolvers<void>();
  createInterface({ input: server.stderr }).on('line', (line) => {
    lines.push(line);
    if (line.startsWith('Server listening')) listening.resolve();
  });
  const ended = server.then(() => {
    throw new Error(`the server ended before it listened:\n${lines.join('\n')}`);
  });
  const stop = async (): Promise<void> => {
    server.kill('SIGKILL');
    await server;
    await rm(ground, { recursive: true, force: true });
  };
  try {
    await Promise.race([listening.promise, ended]);
  } catch (error) {
    await stop();
    throw error;
  } finally {
    ended.catch(() => undefined);
  }
  const inside = await firstInside(server.pid ?? 0);
  const enter = ['--target', String(inside), '--mount', '--pid', '--'];
  const [type, key] = (await readFile(join(ground, 'host_key.pub'), 'utf8')).split(' ');
  const user = (await execa('nsenter', [...enter, 'id', '-u', 'db-admin'])).stdout;
  return {
    host: '127.0.0.1',
    port,
    hostKey: `${type} ${key}`,
    key: await readFile(join(ground, 'key'), 'utf8'),
    path: (file) => join(`/proc/${inside}/root`, file),
    run: async (command) => (await execa('nsenter', [...enter, 'sh', '-c', command])).stdout,
    runAsDbAdmin: async (command) => {
      const as = [
        'setpriv',
        '--reuid=db-admin',
        '--regid=db-admin',
        '--init-groups',
        '--reset-env',
      ];
      const { exitCode, all } = await execa('nsenter', [...enter, ...as, 'sh', '-c', command], {
        reject: false,
        all: true,
      });
      return { exitCode: exitCode ?? -1, output: all };
    },
    processes: async () => {
      const found = new Map<number, string>();
      for (const name of await readdir('/proc')) {
        if (!/^\d+$/.test(name)) continue;
        const [status, command] = await Promise.all(
          ['status', 'cmdline'].map((file) =>
            readFile(`/proc/${name}/${file}`, 'utf8').catch(() => ''),
          ),
        );
        if (!status?.includes(`\nUid:\t${user}\t`) || !/\nNSpid:\t\d+\t\d/.test(status)) continue;
        if (/\nState:\t[ZX]/.test(`\n${status}`) || command === '') continue;
        found.set(Number(name), (command ?? '').replaceAll('\0', ' ').trim());
      }
      return found;
    },
    log: () => lines.join('\n'),
    stop,
  };
}
