import { signal } from "@preact/signals";
import type { FeedMessage, FeedRecord, SensorState } from "../api.js";
import { readSession } from "./client.js";
import { parseVisible } from "./visible-text.js";

/** A record of the feed with a number of its own, so that a row stays the same row. */
export interface LiveRow {
  readonly id: number;
  readonly record: FeedRecord;
}

/** Calls and handshakes on the page; findings and blind intervals have a bound of their own, so that calls push none out. */
const MAX_SAMPLES = 2_000;
const MAX_KEPT = 2_000;
const RETRY_MILLIS = 2_000;
/** The console closes the feed of a session that is over with this code. */
const SESSION_ENDED = 1008;

/** Newest first. */
export const rows = signal<readonly LiveRow[]>([]);
export const paused = signal(false);
/** The mouse is on the list: no row moves away from under it. */
export const pointed = signal(false);
/** Records that came while the list was held, and those this browser was never given. */
export const waiting = signal(0);
export const missed = signal(0);
export const connected = signal(false);
export const sensors = signal<readonly SensorState[]>([]);
/** Rises whenever the inventory has changed. */
export const inventoryVersion = signal(0);

let held: LiveRow[] = [];
let nextId = 1;
let socket: WebSocket | undefined;

export function openFeed(): void {
  if (socket !== undefined) return;
  const address = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/api/feed`;
  const opened = new WebSocket(address);
  socket = opened;
  opened.onopen = () => {
    connected.value = true;
  };
  opened.onmessage = ({ data }) => take(parseVisible(String(data)) as FeedMessage);
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

/** Who logs in next starts from what the console keeps. */
export function forget(): void {
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
  rows.value = bounded([...held, ...rows.value]);
  held = [];
  waiting.value = 0;
}

/** What the page shows at first, newest first: what was kept from before. */
export function seed(records: readonly FeedRecord[]): void {
  if (rows.value.length === 0) rows.value = records.map((record) => ({ id: nextId++, record }));
}

function take(message: FeedMessage): void {
  if (message.type === "inventory-changed") inventoryVersion.value++;
  else if (message.type === "sensor") {
    const others = sensors.value.filter((sensor) => sensor.id !== message.sensor.id);
    sensors.value = [...others, message.sensor].sort((a, b) => a.name.localeCompare(b.name));
  } else {
    missed.value += message.missed;
    const fresh = newRows(message.records);
    if (!paused.value && !pointed.value) rows.value = bounded([...fresh, ...rows.value]);
    else {
      const all = [...fresh, ...held];
      held = bounded(all);
      waiting.value += fresh.length;
      missed.value += all.length - held.length;
    }
  }
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
  for (const record of records) {
    if (record.kind === "call" || record.kind === "handshake" || !replace(record))
      fresh.unshift({ id: nextId++, record });
  }
  return fresh;
}

function replace(record: Extract<FeedRecord, { kind: "finding" | "blind" }>): boolean {
  const isSame = ({ record: shown }: LiveRow): boolean =>
    shown.sensor === record.sensor &&
    ((shown.kind === "finding" && record.kind === "finding" && shown.id === record.id) ||
      (shown.kind === "blind" &&
        record.kind === "blind" &&
        shown.interfaceName === record.interfaceName &&
        shown.fromMicros === record.fromMicros));
  for (const list of [held, rows.value]) {
    const at = list.findIndex(isSame);
    if (at < 0) continue;
    const changed = list.with(at, { id: list[at].id, record });
    if (list === held) held = changed;
    else rows.value = changed;
    return true;
  }
  return false;
}
