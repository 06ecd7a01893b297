export type Labels = Readonly<Record<string, string>>;

/**
 * Labels by which a workload is known whatever its release, in the order in which they are asked: Kubernetes' recommended labels, then what
 * charts and manifests used before these. Of what is there all are taken: fewer would pick more pods.
 */
const IDENTIFYING: readonly string[] = [
  ...["app.kubernetes.io/name", "app.kubernetes.io/instance", "app.kubernetes.io/component"],
  ...["app", "k8s-app", "name", "run", "component", "tier"],
];

/** Parts of a label's name that say that its value is of a release, a revision or one pod. */
const PASSING_WORDS: ReadonlySet<string> = new Set([
  ...[
    "hash",
    "version",
    "revision",
    "rev",
    "generation",
    "release",
    "chart",
    "heritage",
    "commit",
    "sha",
    "build",
    "tag",
    "image",
  ],
  ...[
    "uid",
    "index",
    "ordinal",
    "date",
    "time",
    "timestamp",
    "restartedat",
    "track",
    "canary",
    "color",
    "colour",
    "slot",
  ],
]);
/** Names that end so, whatever stands before: one pod's or one job's name, and who put the label there. */
const PASSING_ENDINGS: readonly string[] = [
  ...["pod-name", "job-name", "managed-by", "created-by", "canonical-name", "tlsmode", "part-of"],
];
/** `1.16.3`, `v2`, a commit's or a template's hash. */
const PASSING_VALUE = /^v?\d[\d.]*([-+._][\w.+-]*)?$|^(?=[a-f\d]*\d)(?=[a-f\d]*[a-f])[a-f\d]{7,64}$/;

export interface Identity {
  /** Empty where nothing would still be there after the next release. */
  readonly labels: Labels;
  /** Labels that neither identify nor change by their names: pods that differ in them alone are taken for one workload. */
  readonly others: Labels;
}

/** What of a pod's labels its workload can be selected by. */
export function identityOf(all: Labels): Identity {
  const known = pick(all, IDENTIFYING);
  const own = Object.keys(all).filter((name) => !IDENTIFYING.includes(name) && !isPassing(name, all[name]));
  const rest = pick(all, own.sort());
  return Object.keys(known).length > 0 ? { labels: known, others: rest } : { labels: rest, others: {} };
}

/** Whether a selector of these rests on labels that are known to stay. */
export function isKnownToStay(labels: Labels): boolean {
  return IDENTIFYING.some((name) => labels[name] !== undefined);
}

function pick(labels: Labels, names: readonly string[]): Labels {
  return Object.fromEntries(names.flatMap((name) => (Object.hasOwn(labels, name) ? [[name, labels[name]]] : [])));
}

function isPassing(name: string, value: string): boolean {
  const plain = name.toLowerCase();
  if (PASSING_ENDINGS.some((ending) => plain.endsWith(ending))) return true;
  const own = plain.slice(plain.lastIndexOf("/") + 1);
  return own.split(/[-_.]/).some((word) => PASSING_WORDS.has(word)) || PASSING_VALUE.test(value);
}
