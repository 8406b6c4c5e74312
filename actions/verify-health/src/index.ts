import { runAction } from '@paal/core/action/lifecycle';
import { completeReport } from '@paal/core/action/report-draft';
import { recordedTimeline } from '@paal/core/rollout/replay';
import { main } from './main.ts';

await runAction({ main, post: async () => await completeReport(recordedTimeline) });
