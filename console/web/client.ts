import type {
  Approvals,
  ChangeListing,
  EndpointItem,
  Listing,
  OperatorInvited,
  OperatorListing,
  ReviewHistory,
  SensorCreated,
  SessionState,
  SinceShown,
} from "../api.js";
import type { ReviewAction } from "../review/review-action.js";
import { parseVisible } from "./visible-text.js";

/** An answer of the console that is a refusal, in its own words. */
export class Refusal extends Error {
  readonly status: number;
  /** What happened since the endpoint was shown, where that is why. */
  readonly since: SinceShown | undefined;

  constructor(status: number, message: string, since?: SinceShown) {
    super(message);
    this.status = status;
    this.since = since;
  }
}

let tellRefused: () => void = () => undefined;

/** The action for when the console knows no session of this page any more. */
export function whenRefused(action: () => void): void {
  tellRefused = action;
}

async function request(method: string, path: string, body?: unknown): Promise<Response> {
  const response = await fetch(path, {
    method,
    credentials: "same-origin",
    headers: { "x-requested-with": "eastwatch", ...(body === undefined ? {} : { "content-type": "application/json" }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (response.ok) return response;
  if (response.status === 401 && path !== "/api/login") tellRefused();
  const refusal = refusalOf(await response.text());
  const words = refusal.error ?? refusal.message ?? `The console answered ${response.status}.`;
  throw new Refusal(response.status, words, refusal.version === undefined ? undefined : (refusal as SinceShown));
}

interface RefusalBody extends Partial<SinceShown> {
  readonly error?: string;
  readonly message?: string;
}

/** Whatever stands between the page and the console may answer in its own words. */
function refusalOf(text: string): RefusalBody {
  try {
    return parseVisible(text) as RefusalBody;
  } catch {
    return {};
  }
}

export async function readSession(): Promise<SessionState> {
  const state = (await (await request("GET", "/api/session")).json()) as SessionState;
  if (state.user === undefined) tellRefused();
  return state;
}

export async function readList<T>(name: string, limit: number): Promise<Listing<T>> {
  return parseVisible(await (await request("GET", `/api/${name}?limit=${limit}`)).text()) as Listing<T>;
}

export async function logIn(user: string, password: string): Promise<void> {
  await request("POST", "/api/login", { user, password });
}

export async function setUp(token: string, user: string, password: string): Promise<void> {
  await request("POST", "/api/setup", { token, user, password });
}

export async function logOut(): Promise<void> {
  await request("POST", "/api/logout");
}

export async function changePassword(old: string, password: string): Promise<void> {
  await request("POST", "/api/password", { old, password });
}

export async function readOperators(): Promise<OperatorListing> {
  return parseVisible(await (await request("GET", "/api/operators")).text()) as OperatorListing;
}

export async function inviteOperator(name: string): Promise<OperatorInvited> {
  return (await request("POST", "/api/operators", { name })).json();
}

export async function removeOperator(name: string): Promise<void> {
  await request("DELETE", `/api/operators?name=${encodeURIComponent(name)}`);
}

export async function withdrawLink(name: string): Promise<void> {
  await request("DELETE", `/api/operators/link?name=${encodeURIComponent(name)}`);
}

export async function createSensor(name: string): Promise<SensorCreated> {
  return (await request("POST", "/api/sensors", { name })).json();
}

export async function readEndpoint(key: string): Promise<EndpointItem> {
  const response = await request("GET", `/api/endpoint?endpoint=${encodeURIComponent(key)}`);
  return parseVisible(await response.text()) as EndpointItem;
}

/** An endpoint, and the version of it that the operator saw. */
export type ShownEndpoint = Pick<EndpointItem, "key" | "version">;

/** Says something of an endpoint; the version that this made of it. Throws Refusal where it is another than the one that was shown. */
export async function tellReview({ key, version }: ShownEndpoint, action: ReviewAction): Promise<string> {
  const answer = await request("POST", "/api/reviews", { key, version, ...action });
  return ((await answer.json()) as ShownEndpoint).version;
}

export async function approveAll(endpoints: readonly ShownEndpoint[]): Promise<Approvals> {
  return parseVisible(await (await request("POST", "/api/reviews/approvals", { endpoints })).text()) as Approvals;
}

export async function readHistory(key: string): Promise<ReviewHistory> {
  return parseVisible(
    await (await request("GET", `/api/reviews?endpoint=${encodeURIComponent(key)}`)).text(),
  ) as ReviewHistory;
}

export async function readChanges(query: string): Promise<ChangeListing> {
  return parseVisible(await (await request("GET", `/api/changes?${query}`)).text()) as ChangeListing;
}

export interface Download {
  readonly name: string;
  readonly content: Blob;
}

/** A document of all sensors, or of the one named. Throws Refusal where the console could not make it. */
export async function readDocument(format: string, sensor: string, service: string): Promise<Download> {
  const query = new URLSearchParams({ ...(sensor === "" ? {} : { sensor }), ...(service === "" ? {} : { service }) });
  const response = await request("GET", `/api/documents/${format}?${query}`);
  const [, name] = /filename="([^"]+)"/.exec(response.headers.get("content-disposition") ?? "") ?? [];
  return { name: name ?? format, content: await response.blob() };
}
