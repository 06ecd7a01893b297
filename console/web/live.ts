import { signal } from "@preact/signals";
import type { FeedMessage, FeedPosition, FeedRecord, SensorState } from "../api.js";
import { readSession } from "./client.js";
import { timeOf } from "./feed-row.js";
import { parseVisible } from "./visible-text.js";

/** A record of the feed with a number of its own, so that a row stays the same row. */
export interface LiveRow {
  readonly id: number;
  readonly record: FeedRecord;
  /** The time that it shows and stands by. A finding that counts on keeps it: a row that moved away would not be found again. */
  readonly atMicros: number;
}

/** Calls and handshakes on the page; findings and blind intervals have a bound of their own, so that calls push none out. */
const MAX_SAMPLES = 2_000;
const MAX_KEPT = 2_000;
const RETRY_MILLIS = 2_000;
/** The console closes the feed of a session that is over with this code. */
const SESSION_ENDED = 1008;

/** By the time that they show, the newest first; of one time, what was told last. */
export const rows = signal<readonly LiveRow[]>([]);
export const paused = signal(false);
/** The mouse is on the list: no row moves away from under it. */
export const pointed = signal(false);
/** Records that came while the list was held, and those this browser was never given. */
export const waiting = signal(0);
export const missed = signal(0);
/** The feed goes on from what the page has. */
export const connected = signal(false);
export const sensors = signal<readonly SensorState[]>([]);
/** Rises whenever the inventory has changed. */
export const inventoryVersion = signal(0);

let held: LiveRow[] = [];
let nextId = 1;
/** How far this page was told; undefined where it has nothing yet. */
let position: FeedPosition | undefined;
let socket: WebSocket | undefined;

export function openFeed(): void {
  if (socket !== undefined) return;
  const since = position === undefined ? "" : `?${new URLSearchParams(Object.entries(position).map(pairOfTexts))}`;
  const address = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/api/feed${since}`;
  const opened = new WebSocket(address);
  socket = opened;
  opened.onmessage = ({ data }) => {
    // One that was closed may still have something under way: it is told anew to the one after it.
    if (socket === opened) take(parseVisible(String(data)) as FeedMessage);
  };
  opened.onclose = ({ code }) => {
    connected.value = false;
    if (socket !== opened) return;
    socket = undefined;
    setTimeout(() => void reopen(), code === SESSION_ENDED ? 0 : RETRY_MILLIS);
  };
}

/** A console that restarts is waited for; one that knows no session any more is not asked again. */
async function reopen(): Promise<void> {
  const isOver = await readSession().then(
    ({ user }) => user === undefined,
    () => false,
  );
  if (!isOver) openFeed();
}

export function closeFeed(): void {
  const opened = socket;
  socket = undefined;
  opened?.close();
}

function pairOfTexts([name, value]: readonly [string, number]): [string, string] {
  return [name, String(value)];
}

/** Who logs in next starts from what the console keeps. */
export function forget(): void {
  position = undefined;
  connected.value = false;
  rows.value = [];
  held = [];
  waiting.value = 0;
  missed.value = 0;
  paused.value = false;
  pointed.value = false;
}

export function setPaused(isPaused: boolean): void {
  paused.value = isPaused;
  release();
}

export function setPointed(isPointed: boolean): void {
  pointed.value = isPointed;
  release();
}

function release(): void {
  if (paused.value || pointed.value) return;
  rows.value = bounded(merged(held, rows.value));
  held = [];
  waiting.value = 0;
}

function take(message: FeedMessage): void {
  if (message.type === "inventory-changed") inventoryVersion.value++;
  else if (message.type === "sensor") {
    const others = sensors.value.filter((sensor) => sensor.id !== message.sensor.id);
    sensors.value = [...others, message.sensor].sort((a, b) => a.name.localeCompare(b.name));
  } else if (message.type === "records") add(message.records, message);
  else {
    sensors.value = message.sensors;
    // Lists may have been read before, and what changed them since was told to nobody.
    inventoryVersion.value++;
    add(message.records, message);
    connected.value = true;
  }
}

/**
 * In the order in which they were told, which is that of their ends: a connection is told when its handshake is over, a call when it is
 * answered, and several sensors tell at their own pace.
 */
function add(records: readonly FeedRecord[], told: { readonly missed: number; readonly position: FeedPosition }): void {
  position = told.position;
  missed.value += told.missed;
  const fresh = newRows(records);
  if (!paused.value && !pointed.value) rows.value = bounded(merged(fresh, rows.value));
  else {
    const all = merged(fresh, held);
    held = bounded(all);
    waiting.value += fresh.length;
    missed.value += all.length - held.length;
  }
}

/** Both by time, what was told later before what was told earlier of the same time. */
function merged(later: readonly LiveRow[], earlier: readonly LiveRow[]): LiveRow[] {
  const all: LiveRow[] = [];
  let at = 0;
  for (const row of later) {
    while (at < earlier.length && earlier[at].atMicros > row.atMicros) all.push(earlier[at++]);
    all.push(row);
  }
  for (; at < earlier.length; at++) all.push(earlier[at]);
  return all;
}

function bounded(all: readonly LiveRow[]): LiveRow[] {
  let samples = 0;
  let kept = 0;
  return all.filter(({ record }) => (isSample(record) ? ++samples <= MAX_SAMPLES : ++kept <= MAX_KEPT));
}

function isSample({ kind }: FeedRecord): boolean {
  return kind === "call" || kind === "handshake";
}

/** A finding that is shown already has only counted on: its row is brought up to date where it stands. */
function newRows(records: readonly FeedRecord[]): LiveRow[] {
  const fresh: LiveRow[] = [];
  const latest = new Map<string, FeedRecord>();
  for (const record of records) {
    const key = keyOf(record);
    if (key !== undefined) latest.set(key, record);
  }
  const shown = latest.size === 0 ? new Set<string>() : replace(latest);
  for (const record of records) {
    const key = keyOf(record);
    if (key !== undefined && shown.has(key)) continue;
    if (key !== undefined) shown.add(key);
    const newest = key === undefined ? record : (latest.get(key) ?? record);
    fresh.unshift({ id: nextId++, record: newest, atMicros: timeOf(newest) });
  }
  // Stable: of one time, what was told last stays first.
  return fresh.sort((a, b) => b.atMicros - a.atMicros);
}

/** What a record replaces, and is replaced by; undefined of one that stands for itself. */
function keyOf(record: FeedRecord): string | undefined {
  if (record.kind === "finding") return `finding ${record.sensor} ${record.id}`;
  if (record.kind === "blind") return `blind ${record.sensor} ${record.interfaceName} ${record.fromMicros}`;
  return undefined;
}

/** The keys of those that have a row. */
function replace(latest: ReadonlyMap<string, FeedRecord>): Set<string> {
  const shown = new Set<string>();
  const renew = (row: LiveRow): LiveRow => {
    const key = keyOf(row.record);
    const record = key === undefined ? undefined : latest.get(key);
    if (key === undefined || record === undefined) return row;
    shown.add(key);
    return { ...row, record };
  };
  held = held.map(renew);
  const renewed = rows.value.map(renew);
  if (shown.size > 0) rows.value = renewed;
  return shown;
}
