import { runAction } from '@paal/core/action/lifecycle';
import { main } from './main.ts';

async function post(): Promise<void> {
  const { removeSshFiles } = await import(/* webpackChunkName: "remote" */ './ssh.ts');
  await removeSshFiles();
}

await runAction({ main, post });
// A connection or a timer that a migration left open must not keep the job waiting.
await new Promise((resolve) => process.stdout.write('', resolve));
process.exit(process.exitCode);
