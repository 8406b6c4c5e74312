import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cluster } from '../cluster/cluster.ts';
import { catalogue } from '../cluster/programs/catalogue.ts';
import { printProgress } from '../cluster/progress.ts';
import { nodeBaseImage } from '../images/node-base-image.ts';
import { CHAPTERS, proveRun } from './chapters.ts';
import { type PageSection, writePage } from './page.ts';
import { preparePipeline } from './pipeline.ts';
import { type Proof, proofs } from './proof.ts';
import { createShop } from './shop.ts';
import { proofLines, runLines } from './story.ts';
import { surround } from './surroundings.ts';
import { Visitors } from './visitors.ts';

/** What a demo is played with. */
export interface Stage {
  readonly cluster: Cluster;
  /** Path of act. */
  readonly act: string;
  /** A folder for what nobody needs afterwards. */
  readonly scratch: string;
  /** The folder of the page and the logs. */
  readonly output: string;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/** What a demo has left. */
export interface Played {
  /** Everything that was to be proven, true or not. */
  readonly proofs: readonly Proof[];
  /** The page with the job summaries. */
  readonly page: string;
  readonly logs: string;
  /** Where the shop is open, as long as the cluster is up. */
  readonly url: string;
}

/** Takes the releases of the reference system through the whole pipeline, and tells of it. */
export async function play(stage: Stage): Promise<Played> {
  const { cluster, act, scratch, output, say, signal } = stage;
  const progress = printProgress();
  const surroundings = await surround(cluster, progress);
  await nodeBaseImage(cluster.registry, { progress, signal });
  const { url, prometheus, alertmanager, mongodbUri } = surroundings;
  const kubectlVersion = `v${catalogue.kubectl.version}`;
  const shop = await createShop(join(scratch, 'shop'), {
    url,
    prometheus,
    alertmanager,
    kubectlVersion,
  });
  const kubeconfig = (await readFile(cluster.kubeconfig)).toString('base64');
  const secrets = { KUBECONFIG: kubeconfig, MONGODB_URI: mongodbUri };
  const logs = join(output, 'logs');
  const pipeline = await preparePipeline({ act, cluster, shop, secrets, scratch, logs, signal });
  const visitors = new Visitors(url);
  visitors.start();
  const sections: PageSection[] = [];
  const all: Proof[] = [];
  const tags: string[] = [];
  try {
    for (const [index, chapter] of CHAPTERS.entries()) {
      const commit = await shop.commit(chapter.change);
      tags.push(`production-${commit}`);
      say('');
      say(`${chapter.title} (commit ${commit.slice(0, 7)}, "${chapter.change.title}")`);
      const run = await pipeline(`release-${index + 1}`, ({ name }) => progress(`    … ${name}`));
      for (const line of runLines(run, visitors.take())) say(line);
      const expectation = { registry: cluster.registry, ...chapter.expectation(tags) };
      const found = [
        ...proveRun(chapter, run),
        ...(await proofs(cluster, surroundings, expectation)),
      ];
      for (const line of proofLines(found)) say(line);
      all.push(...found);
      const summaries = run.steps.map(({ summary }) => summary).filter((text) => text !== '');
      sections.push({ title: chapter.title, summaries });
      // What follows builds on it.
      if (found.some(({ instead }) => instead !== undefined)) break;
    }
  } finally {
    await visitors.stop();
  }
  return { proofs: all, page: await writePage(output, sections), logs, url };
}
