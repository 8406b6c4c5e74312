import { runAction } from '@paal/core/action/lifecycle';
import { main } from './main.ts';

await runAction({ main });
