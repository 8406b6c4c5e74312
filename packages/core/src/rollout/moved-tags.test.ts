import { describe, expect, test } from '@jest/globals';
import type { RegistryClient, TagAnswer } from '../registry/registry.ts';
import type { Pod } from '../workload/types.ts';
import { deployment, pod, replicaSet } from '../workload/workload.test-data.ts';
import { findMovedTags, taggedImages } from './moved-tags.ts';
import { NOT_SEEN } from './observation.ts';
import { targetOf } from './rollout.test-data.ts';
import { type Standing, unseen } from './tracker.ts';

const [OLD, NEW] = ['a', 'b'].map((one) => `sha256:${one.repeat(64)}`) as [string, string];

function running(imageIDs: readonly string[], image = 'shop/web:latest'): Standing {
  const object = deployment({ image });
  const rs = replicaSet(object);
  const newPods: readonly Pod[] = imageIDs.map((imageID, index) =>
    pod(rs, [{ name: 'web', ready: true, imageID }], `web-${index}`),
  );
  const related = { ...NOT_SEEN.related, pods: newPods, newPods };
  const observation = { ...NOT_SEEN, object, related };
  return { ...unseen(targetOf(object), '', 0), observation };
}

/** Registries that give one answer, and count how often they were asked. */
function registries(answer: TagAnswer) {
  const asked: string[] = [];
  const client: Pick<RegistryClient, 'compare'> = {
    compare: async ({ repository, tag }, digest) => {
      asked.push(`${repository}:${tag} ${digest}`);
      return answer;
    },
  };
  return { client, asked };
}

const { signal } = new AbortController();

describe('the images that run under a tag', () => {
  test('are each told once, and are read from what the runtime reports', () => {
    const id = `docker.io/shop/web@${OLD}`;
    expect(taggedImages([running([id, id, `docker-pullable://shop/web@${NEW}`])])).toEqual([
      { workload: 'deployment/web', container: 'web', image: 'shop/web:latest', digest: OLD },
      { workload: 'deployment/web', container: 'web', image: 'shop/web:latest', digest: NEW },
    ]);
  });

  test('are none where the digest is named, or the image came without a registry', () => {
    expect(taggedImages([running([`shop/web@${OLD}`], `shop/web@${OLD}`)])).toEqual([]);
    expect(taggedImages([running([OLD])])).toEqual([]);
  });
});

describe('a tag that moved', () => {
  test('is found, with what it names now and how to say it for good', async () => {
    const { client } = registries({ names: 'another', digest: NEW });
    expect(await findMovedTags([running([`shop/web@${OLD}`])], client, signal)).toEqual([
      {
        workload: 'deployment/web',
        reason: 'ImageTagMoved',
        class: 'permanent',
        container: 'web',
        message:
          'The tag of shop/web:latest names another image now (sha256:bbbbbbbbbbbb) than the one that container web of deployment/web runs (sha256:aaaaaaaaaaaa).',
        hint: `Give every build a tag of its own, such as the commit, or name the image by its digest: shop/web@${NEW}.`,
      },
    ]);
  });

  test.each<TagAnswer>([
    { names: 'same' },
    { names: 'nothing' },
    { names: 'unknown', because: 'it answered 401' },
  ])('is none when the registry says %j, which it is asked once', async (answer) => {
    const { client, asked } = registries(answer);
    const id = `shop/web@${OLD}`;
    expect(await findMovedTags([running([id]), running([id])], client, signal)).toEqual([]);
    expect(asked).toEqual([`shop/web:latest ${OLD}`]);
  });
});
