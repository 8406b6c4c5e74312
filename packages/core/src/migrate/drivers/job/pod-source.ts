import { type KubeObject, objectName } from '../../../cluster/object.ts';
import { UserError } from '../../../errors.ts';
import { templateOf } from '../../../workload/template.ts';
import type { Container, PodSpec, PodTemplate } from '../../../workload/types.ts';

/** What a Job's pod is to be, before the runner is put into its first container. */
export interface PodBase {
  readonly template: PodTemplate;
  /** What of the workload the pod does without, for a notice. */
  readonly without: readonly string[];
}

/** What a container of an image alone may do: what Pod Security asks for, but not as whom it runs. */
const SECURITY = {
  pod: { seccompProfile: { type: 'RuntimeDefault' } },
  container: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
};

/** What says where and as whom pods run. The rest is about serving, or about other containers. */
const OF_POD = [
  'serviceAccountName',
  'automountServiceAccountToken',
  'imagePullSecrets',
  'nodeSelector',
  'tolerations',
  'securityContext',
  'runtimeClassName',
  'hostAliases',
  'dnsPolicy',
  'dnsConfig',
  'os',
];
const OF_CONTAINER = [
  'image',
  'imagePullPolicy',
  'workingDir',
  'env',
  'envFrom',
  'resources',
  'securityContext',
];

type Fields = Readonly<Record<string, unknown>>;

interface Named {
  readonly name: string;
}

function picked(from: Fields, names: readonly string[]): Fields {
  return Object.fromEntries(
    names.filter((name) => from[name] !== undefined).map((name) => [name, from[name]]),
  );
}

/** Only one pod may have such a volume, or it is made anew for each pod of its workload. */
function isShareable(volume: Fields): boolean {
  return volume.persistentVolumeClaim === undefined && volume.ephemeral === undefined;
}

/** The container that kubectl means, too, when it is given a workload alone. */
function mainContainer({ metadata, spec }: PodTemplate): Container | undefined {
  const wanted = metadata?.annotations?.['kubectl.kubernetes.io/default-container'];
  return spec.containers.find(({ name }) => name === wanted) ?? spec.containers[0];
}

/** The pod of an image alone. */
export function podOfImage(image: string): PodBase {
  const container = { name: 'migrate', image, securityContext: SECURITY.container };
  return {
    template: {
      spec: {
        automountServiceAccountToken: false,
        securityContext: SECURITY.pod,
        containers: [container],
      },
    },
    without: [],
  };
}

/**
 * The pod of a workload's main container: same image, environment, volumes, account, and place; none of
 * its labels, by which Services would send it requests.
 * @throws UserError for a workload without containers
 */
export function podLike(workload: KubeObject, image: string | undefined): PodBase {
  const template = templateOf(workload);
  const main = template && mainContainer(template);
  if (!template || !main) {
    const name = objectName(workload.kind, workload.metadata.name);
    throw new UserError(`The input "job-like": ${name} has no container to go by.`);
  }
  const all = (template.spec.volumes ?? []) as readonly (Fields & Named)[];
  const volumes = all.filter(isShareable);
  const mounts = (main.volumeMounts ?? []) as readonly Named[];
  const has = ({ name }: Named): boolean => volumes.some((volume) => volume.name === name);
  const container = {
    ...picked(main, OF_CONTAINER),
    ...(image === undefined ? {} : { image }),
    name: 'migrate',
    volumeMounts: mounts.filter(has),
  } as Container;
  return {
    template: {
      spec: { ...picked(template.spec, OF_POD), volumes, containers: [container] } as PodSpec,
    },
    without: [...new Set(mounts.filter((mount) => !has(mount)).map(({ name }) => name))],
  };
}

/**
 * The pod of a manifest of a Job, as it stands there.
 * @throws UserError for what is no Job, or has no container with an image
 */
export function podOfTemplate(job: KubeObject, image: string | undefined): PodBase {
  const name = objectName(job.kind, job.metadata.name);
  const template = job.kind === 'Job' ? templateOf(job) : undefined;
  const [first, ...others] = template?.spec.containers ?? [];
  if (!template || !first) {
    throw new UserError(`The input "job-template": ${name} is not a Job with a container.`);
  }
  const container = image === undefined ? first : { ...first, image };
  if (!container.image) {
    throw new UserError(
      `The input "job-template": the container ${first.name} of ${name} has no image; write one, or set the input "image".`,
    );
  }
  const spec = { ...template.spec, containers: [container, ...others] };
  return { template: { ...template, spec }, without: [] };
}

/** Whether the first container may get MONGODB_URI from its own environment. */
export function mayHaveUri({ template }: PodBase): boolean {
  const [first] = template.spec.containers;
  const env = (first?.env ?? []) as readonly Named[];
  const envFrom = (first?.envFrom ?? []) as readonly unknown[];
  return envFrom.length > 0 || env.some(({ name }) => name === 'MONGODB_URI');
}
