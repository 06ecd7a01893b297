import { existsSync, readFileSync } from "node:fs";

export const SAMPLE_MILLIS = 10_000;
/** Environment of a program that is sampled: the file to add to, what to call it, and whether garbage goes first. */
export const SAMPLE_FILE = "SOAK_SAMPLES";
export const SAMPLE_NAME = "SOAK_NAME";
export const SAMPLES_AFTER_GC = "SOAK_COLLECT";

/** Of one thread: resident and anonymous are its process's, the rest its own. */
export interface MemorySample {
  readonly atMillis: number;
  readonly part: string;
  readonly threadId: number;
  readonly processId: number;
  readonly residentBytes: number;
  readonly anonymousBytes: number;
  readonly heapUsedBytes: number;
  readonly heapTotalBytes: number;
  readonly externalBytes: number;
  readonly arrayBufferBytes: number;
  readonly mallocedBytes: number;
  readonly cpuMillis: number;
}

const MEASURES = ["residentBytes", "anonymousBytes", "heapUsedBytes", "externalBytes", "arrayBufferBytes"] as const;
type Measure = (typeof MEASURES)[number];

/** How one thread's memory went over the last half of the run. */
export interface MemoryTrend {
  readonly part: string;
  readonly threadId: number;
  readonly processId: number;
  readonly samples: number;
  readonly cpuPercent: number;
  /** Median of the half, and what the line of least squares gains in an hour. */
  readonly measures: Readonly<Record<Measure, { readonly medianMb: number; readonly mbAnHour: number }>>;
}

export function memoryTrends(file: string): MemoryTrend[] {
  if (!existsSync(file)) return [];
  const samples = readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as MemorySample);
  const times = samples.map(({ atMillis }) => atMillis);
  const middleMillis = (Math.min(...times) + Math.max(...times)) / 2;
  const threads = new Map<string, MemorySample[]>();
  for (const sample of samples.filter(({ atMillis }) => atMillis >= middleMillis)) {
    const thread = `${sample.part} ${sample.processId} ${sample.threadId}`;
    threads.set(thread, [...(threads.get(thread) ?? []), sample]);
  }
  return [...threads.values()].filter(({ length }) => length > 1).map(trendOf);
}

function trendOf(samples: readonly MemorySample[]): MemoryTrend {
  const [first, last] = [samples[0], samples[samples.length - 1]];
  const spanMillis = last.atMillis - first.atMillis;
  const measures = Object.fromEntries(
    MEASURES.map((measure) => {
      const points = samples.map(
        (sample) => [(sample.atMillis - first.atMillis) / 3.6e6, sample[measure] / 1e6] as const,
      );
      const sorted = points.map(([, mb]) => mb).sort((a, b) => a - b);
      return [measure, { medianMb: round(sorted[sorted.length >> 1]), mbAnHour: round(slope(points)) }];
    }),
  ) as MemoryTrend["measures"];
  return {
    ...{ part: first.part, threadId: first.threadId, processId: first.processId, samples: samples.length },
    cpuPercent: round(((last.cpuMillis - first.cpuMillis) / spanMillis) * 100),
    measures,
  };
}

function slope(points: readonly (readonly [number, number])[]): number {
  const meanOf = (index: 0 | 1): number => points.reduce((sum, point) => sum + point[index], 0) / points.length;
  const [meanX, meanY] = [meanOf(0), meanOf(1)];
  const [along, across] = points.reduce(
    ([xx, xy], [x, y]) => [xx + (x - meanX) ** 2, xy + (x - meanX) * (y - meanY)],
    [0, 0],
  );
  return across / along;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
