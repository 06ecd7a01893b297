export type Labels = Readonly<Record<string, string>>;

/**
 * Labels by which a workload is known whatever its release, in the order in which they are asked: Kubernetes' recommended labels, then what
 * charts and manifests used before these. Of what is there all are taken: fewer would pick more pods.
 */
const IDENTIFYING: readonly string[] = [
  ...["app.kubernetes.io/name", "app.kubernetes.io/instance", "app.kubernetes.io/component"],
  // Knative gives a pod's `app` the name of its revision.
  "serving.knative.dev/service",
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
/** Names that end so, whatever stands before: one pod's, one job's or one run's name, and who put the label there. */
const PASSING_ENDINGS: readonly string[] = [
  ...["pod-name", "job-name", "managed-by", "created-by", "canonical-name", "tlsmode", "part-of"],
  ...["argoproj.io/workflow", "tekton.dev/taskrun", "tekton.dev/pipelinerun", "spark-app-selector", "spark-exec-id"],
];
/**
 * Names whose values are of one revision or one pod: a label with the same value, whatever it is called, is as well. Istio's canonical
 * revision is not one of them: it says `v1` of what is called `api-v1` for good.
 */
const NAMES_REVISION = /(?:^|[-_./])(?:hash|(?<!canonical-)revision|uid|pod-name)$/;
/** What a pod is doing, or whose turn it is: words that many pods have at a time, and each for a time only. */
const STATUS_VALUE =
  /^(?:true|false|yes|no|enabled|disabled|pending|running|succeeded|failed|completed|ready|active|inactive|unknown|leader|follower|master|slave|primary|secondary|replica|standby)$/;
/** A number that is counted up, or a day, behind a name: `kn-00007`, `report-29384756`. */
const NUMBERED_VALUE = /[-_.]\d{5,}$/;
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
  const revisions = new Set(
    Object.keys(all).flatMap((name) => (NAMES_REVISION.test(name.toLowerCase()) ? [all[name]] : [])),
  );
  const staying = Object.keys(all).filter((name) => !isOfRevision(all[name], revisions));
  const known = pick(
    all,
    IDENTIFYING.filter((name) => staying.includes(name)),
  );
  const own = staying.filter((name) => !IDENTIFYING.includes(name) && !isPassing(name, all[name]));
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

/** Whether it names one revision, however the label is called: its value is that of a label which says so, or has it behind a name. */
function isOfRevision(value: string, revisions: ReadonlySet<string>): boolean {
  if (NUMBERED_VALUE.test(value) || revisions.has(value)) return true;
  return [...revisions].some((revision) => revision !== "" && value.endsWith(`-${revision}`));
}

function isPassing(name: string, value: string): boolean {
  const plain = name.toLowerCase();
  if (PASSING_ENDINGS.some((ending) => plain.endsWith(ending))) return true;
  const own = plain.slice(plain.lastIndexOf("/") + 1);
  return (
    own.split(/[-_.]/).some((word) => PASSING_WORDS.has(word)) ||
    PASSING_VALUE.test(value) ||
    STATUS_VALUE.test(value.toLowerCase())
  );
}
