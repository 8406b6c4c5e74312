import { runAction } from '@paal/core/action/lifecycle';
import { main } from './main.ts';
import { post } from './post.ts';

await runAction({ main, post });
