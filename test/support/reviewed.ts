import type { EndpointRow, Listing, ReviewHistory } from "../../console/api.js";
import type { SensorEvent } from "../../shared/event.js";
import type { Review } from "../../shared/review.js";
import type { Scene } from "./scene.js";
import { consoleWithSensor } from "./teller.js";

type Entered = (method: string, path: string, body?: object, headers?: Record<string, string>) => Promise<Response>;

/** Asks as the operator who was made first. */
async function enter(url: string, link: string): Promise<Entered> {
  const ask: Entered = (method, path, body, headers = {}) =>
    fetch(url + path, {
      method,
      headers: {
        "x-requested-with": "eastwatch",
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const token = new URL(link).hash.slice("#setup=".length);
  const begun = await ask("POST", "/api/setup", { token, user: "ada", password: "long enough password" });
  const [cookie] = (begun.headers.get("set-cookie") ?? "").split(";");
  return (method, path, body, headers) => ask(method, path, body, { cookie, ...headers });
}

/** Rows as the sensor tells them. */
export function told(scene: Scene): SensorEvent[] {
  const { rows, removals } = scene.inventory.takeDelta(1_000);
  return [...rows.map(({ record }) => record), ...removals];
}

/** A console with an operator, and a sensor that told it what was seen. */
export async function reviewed(t: Parameters<typeof consoleWithSensor>[0], scene: Scene) {
  const { console, sensor } = await consoleWithSensor(t);
  await sensor.tell(told(scene));
  const ask = await enter(console.url, console.setupLink ?? "");
  const endpoints = async (): Promise<readonly EndpointRow[]> =>
    ((await (await ask("GET", "/api/endpoints")).json()) as Listing<EndpointRow>).items;
  const of = async (template: string): Promise<EndpointRow> => {
    const found = (await endpoints()).find((item) => item.template === template);
    if (found === undefined) throw new Error(`no ${template}`);
    return found;
  };
  const say = async (template: string, action: object): Promise<Review> => {
    const { key, version } = await of(template);
    const answer = await ask("POST", "/api/reviews", { key, version, ...action });
    if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`);
    return (await answer.json()) as Review;
  };
  const history = async (template: string): Promise<ReviewHistory> =>
    (await ask("GET", `/api/reviews?endpoint=${(await of(template)).key}`)).json() as Promise<ReviewHistory>;
  return { console, sensor, ask, endpoints, of, say, history };
}
