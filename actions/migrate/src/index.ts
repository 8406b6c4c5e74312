import { runAction } from '@paal/core/action/lifecycle';
import { main } from './main.ts';
import { removeSshFiles } from './ssh.ts';

await runAction({ main, post: removeSshFiles });
// A connection or a timer that a migration left open must not keep the job waiting.
await new Promise((resolve) => process.stdout.write('', resolve));
process.exit(process.exitCode);
