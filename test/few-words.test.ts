import t from "tap";
import { isProgramWord } from "../sensor/inventory/schema/program-word.js";
import { WordCount } from "../sensor/inventory/schema/word-count.js";
import { openapi } from "../sensor/report/openapi.js";
import type { EndpointSchemas } from "../shared/endpoint-facts.js";
import { crowdedRoot, misplaced, pathsInOrder } from "./support/path-orders.js";
import { Scene } from "./support/scene.js";
import { KEYS_THAT_CAME_BACK } from "./support/uniform-cases.js";

const JSON_FIELD = "Content-Type: application/json\r\n";

function schemas(scene: Scene, template: string): EndpointSchemas | undefined {
  return scene.endpoints().find((endpoint) => endpoint.template === template)?.schemas;
}

/** Random orders that are looked at, and after how many calls of each. */
const ORDERS = Number(process.env.EASTWATCH_ORDERS ?? 80);
const STEP = 40;

t.test(
  "few words show after some sixty calls, in queries, JSON and forms, and are taken back when others come",
  (t) => {
    const scene = new Scene();
    let calls = 0;
    const call = (word: string, person: string, key: string): void => {
      calls++;
      scene.exchange({
        method: "POST",
        path: `/orders?status=${word}&token=${key}&owner=${person}`,
        fields: JSON_FIELD,
        requestBody: JSON.stringify({ channel: word, type: `${person}@example.com`, secretType: key }),
        answerFields: JSON_FIELD,
        body: JSON.stringify({ state: word, author: person, kind: key }),
      });
      scene.exchange({
        method: "POST",
        path: "/forms",
        fields: "Content-Type: application/x-www-form-urlencoded\r\n",
        requestBody: `status=${word}&owner=${person}`,
      });
      // Nothing else in it: the same three queries come again and again.
      scene.get(`/list?status=${word}`);
    };
    const turn = ["open", "paid", "sent"];
    while (calls < 60) call(turn[calls % 3], ["ada", "grace"][calls % 2], `k${calls % 2}9f3KxQ2vLm`);
    const told = () => ({
      query: schemas(scene, "/orders")?.query?.properties?.status?.enum,
      lone: schemas(scene, "/list")?.query?.properties?.status?.enum,
      json: schemas(scene, "/orders")?.request?.properties?.channel?.enum,
      form: schemas(scene, "/forms")?.request?.properties?.status?.enum,
      answer: schemas(scene, "/orders")?.responses["200"]?.properties?.state?.enum,
    });
    const all = (words: readonly string[] | undefined) => ({
      ...{ query: words, lone: words, json: words, form: words, answer: words },
    });
    t.strictSame(told(), all(turn));
    const { request, responses, query } = schemas(scene, "/orders") ?? {};
    for (const [of, name] of [
      [request, "type"],
      [request, "secretType"],
      [responses?.["200"], "author"],
      [responses?.["200"], "kind"],
      [query, "owner"],
      [query, "token"],
    ] as const)
      t.equal(of?.properties?.[name]?.enum, undefined, name);
    t.notMatch(JSON.stringify(scene.inventory.takeDelta(1_000)), /ada|grace|9f3KxQ2vLm/);
    // One in so many is looked at by now: words that come for good are met in time, and until each was met often none is told.
    for (let more = 0; more < 26 * 26; more++)
      call(`w-${String.fromCharCode(97 + (more % 26), 97 + Math.floor(more / 26))}`, "ada", "k");
    t.strictSame(told(), all(undefined));
    t.end();
  },
);

t.test("each path is found where its calls are counted, in whatever order words become values and leave again", (t) => {
  const faults: string[] = [];
  for (let seed = 1; seed <= ORDERS && faults.length === 0; seed++) {
    const paths = pathsInOrder(seed);
    const scene = new Scene();
    for (const [at, path] of paths.entries()) {
      scene.get(path);
      if (at % STEP === STEP - 1)
        faults.push(...misplaced(scene, paths.slice(0, at + 1)).map((fault) => `order ${seed}, call ${at}: ${fault}`));
    }
    scene.inventory.settle();
    faults.push(...misplaced(scene, paths).map((fault) => `order ${seed}, settled: ${fault}`));
  }
  t.same(faults, []);
  t.end();
});

t.test("what names its value is called so when the segment before it turns out to be fixed after all", (t) => {
  const scene = new Scene();
  for (const path of KEYS_THAT_CAME_BACK) scene.get(path);
  t.strictSame(misplaced(scene, KEYS_THAT_CAME_BACK), []);
  const keys = scene.templates().filter((template) => template.includes("Products"));
  t.strictSame(keys, ["GET /od/Products({key})/Name ×5"]);
  t.end();
});

t.test("what is fixed at the root, and was taken for a value there, does not become one again", (t) => {
  const fixed = ["cal/{date}/events", "od/Products({key})/Name", "orders/{orderId}/cancel", "releases/latest"];
  for (let seed = 1; seed <= 8; seed++) {
    const scene = new Scene();
    for (const path of crowdedRoot(seed)) scene.get(path);
    const templates = scene.templates();
    t.same(
      fixed.filter((template) => !templates.includes(`GET /${template} ×${template.endsWith("cancel") ? 14 : 40}`)),
      [],
      `order ${seed}`,
    );
  }
  t.end();
});

t.test("people are no few words, whatever their field is called", (t) => {
  const scene = new Scene();
  for (let call = 0; call < 120; call++)
    scene.exchange({
      path: `/s?sort=${["asc", "desc"][call % 2]}&type=${["ada", "bob", "grace"][call % 3]}`,
      answerFields: JSON_FIELD,
      body: JSON.stringify({ type: ["ada", "bob"][call % 2], kind: ["MARIA-LOPEZ", "open"][call % 2], state: "open" }),
    });
  const { query, responses } = schemas(scene, "/s") ?? {};
  t.same(query?.properties, { sort: { type: "string", enum: ["asc", "desc"] }, type: { type: "string" } });
  t.same(responses?.["200"]?.properties, {
    kind: { type: "string" },
    state: { type: "string", enum: ["open"] },
    type: { type: "string" },
  });
  t.notMatch(JSON.stringify(scene.inventory.takeDelta(1_000)), /grace|bob|lopez/i, "nor are they stored");
  t.end();
});

t.test(
  "nor are those whom no list has, and family names: none is stored, a hash of twelve bits leaves too many",
  (t) => {
    const people = "aoife siobhan xiomara zebedee thandiwe okonkwo papadopoulos GARCIA".split(" ");
    const scene = new Scene();
    for (let call = 0; call < 200; call++) {
      const word = people[call % people.length].toLowerCase();
      const fields = ["status", "type", "kind", "level"].map((name) => [name, word]);
      scene.exchange({
        path: `/s?sort=${word}&order=${["asc", "desc"][call % 2]}&status=${call % 40 === 0 ? "mueller" : "in_progress"}`,
        answerFields: JSON_FIELD,
        body: JSON.stringify({ ...Object.fromEntries(fields), state: people[7], mode: "half-open" }),
      });
    }
    const { query, responses } = schemas(scene, "/s") ?? {};
    t.same(query?.properties, {
      order: { type: "string", enum: ["asc", "desc"] },
      sort: { type: "string" },
      status: { type: "string" },
    });
    t.same(responses?.["200"]?.properties?.mode, { type: "string", enum: ["half-open"] });
    for (const name of ["status", "type", "kind", "level", "state"])
      t.same(responses?.["200"]?.properties?.[name], { type: "string" }, name);
    const stored = JSON.stringify(scene.inventory.takeDelta(1_000));
    for (const person of [...people, "mueller"]) t.notMatch(stored.toLowerCase(), person.toLowerCase());
    t.end();
  },
);

t.test("a name that an earlier version kept for a word is let go when it is read again", (t) => {
  const words = new WordCount();
  words.restore([
    [123_456_789, 9, "zebedee"],
    [987_654_321, 9, "open"],
  ]);
  t.same(words.known(), ["open"]);
  t.equal(words.list(), undefined, "there was another");
  t.equal(words.othersBeside(["open"]), 1);
  t.equal(words.othersBeside(["open", "zebedee"]), 0, "which a file may declare");
  const stored = words.state() ?? [];
  t.notMatch(JSON.stringify(stored), "zebedee");
  t.ok(stored.every(([hash, , word]) => word !== "" || (hash >= 0 && hash < 4_096)));
  t.end();
});

t.test("of words that programs give out none is lost, and of family names few are such words", (t) => {
  const given =
    "active CANCELLED in_progress out_for_delivery partially-refunded past_due checked_in x-large asc eur de GB credit_card " +
    "requires_action auto_renewal hotfix one_time trialing archived streamable shipped warn sms udp bugfix backordered";
  t.same(
    given.split(" ").filter((word) => !isProgramWord(word)),
    [],
  );
  const names =
    "smith johnson williams jones davis miller garcia rodriguez wilson martinez anderson taylor hernandez moore martin thompson lopez " +
    "gonzalez harris clark lewis robinson perez sanchez wright hill nguyen flores adams nelson rivera campbell mitchell carter roberts " +
    "gomez phillips evans turner diaz parker cruz edwards collins reyes stewart morris morales murphy cook rogers gutierrez ortiz morgan " +
    "cooper peterson bailey reed kelly howard ramos kim ward cox ruiz richardson watson brooks chavez bennett mendoza hughes alvarez";
  t.same(names.split(" ").filter(isProgramWord), []);
  t.end();
});

t.test("a parameter that comes again in one query or form is a list", (t) => {
  const scene = new Scene();
  for (let call = 0; call < 4; call++) {
    scene.get(`/list?ids=${call}&ids=2&flag=true&tag=a&tag=3&tag=b`);
    scene.get(call === 0 ? "/some?id=1&id=2" : "/some?id=1");
    const form = `a=1&a=x${call}&b=2`;
    const fields = "Content-Type: application/x-www-form-urlencoded\r\n";
    scene.exchange({ path: "/form", method: "POST", fields, requestBody: form });
  }
  t.same(schemas(scene, "/list")?.query?.properties, {
    flag: { type: "boolean" },
    ids: { type: "array", items: { type: "integer" } },
    tag: { type: "array", items: { type: ["string", "integer"] } },
  });
  t.same(schemas(scene, "/some")?.query?.properties?.id?.type, ["array", "integer"]);
  t.same(schemas(scene, "/form")?.request?.properties, {
    a: { type: "array", items: { type: ["string", "integer"] } },
    b: { type: "integer" },
  });
  const many = new Scene().get(`/many?${"a=1&".repeat(50)}b=2`);
  t.same(schemas(many, "/many")?.query?.properties, {
    a: { type: "array", items: { type: "integer" } },
    b: { type: "integer" },
  });
  t.end();
});

/** `a`, `b` … `ba`: names without digits. */
function letters(number: number): string {
  const rest = Math.floor(number / 26);
  return `${rest === 0 ? "" : letters(rest)}${"abcdefghijklmnopqrstuvwxyz"[number % 26]}`;
}

t.test("an enumeration has the words of all entries of a list, or is not told", (t) => {
  const scene = new Scene({}, 86_400, { firstBodies: 65_535 });
  const answer = (path: string, value: unknown): void => {
    const body = typeof value === "string" ? value : JSON.stringify(value);
    scene.get(path, { answerFields: JSON_FIELD, body });
  };
  const item = (status: string): object => ({ status, id: 1 });
  const many = [...Array.from({ length: 30 }, () => item("open")), item("late")];
  const lines = `${JSON.stringify(item("first"))}\n${JSON.stringify(item("second"))}\n`;
  for (let call = 0; call < 40; call++) {
    answer("/objects", { items: [item("open"), item("closed")] });
    answer("/words", { state: call % 2 === 0 ? ["closed", "open"] : ["open"] });
    answer("/long", many);
    answer("/spoilt", [item("open"), { status: "Not one of a few", id: 2 }, item("open")]);
    answer("/many", { items: Array.from({ length: 20 }, (_, at) => item(`w-${letters(at)}`)) });
    answer("/cut", `{"phase":"done","items":[{"status":"open"},{"status":"closed"},{"stat`);
    scene.get("/lines", { answerFields: "Content-Type: application/x-ndjson\r\n", body: lines });
    scene.get("/queried?status=open&status=closed&status=open");
    const patch = '[{"op":"replace","path":"/a"},{"op":"add","path":"/b"}]';
    scene.exchange({ method: "PATCH", path: "/patched", fields: JSON_FIELD, requestBody: patch });
  }
  const told = (path: string) => schemas(scene, path)?.responses["200"];
  const enumOf = (schema: object | undefined): unknown => Object(schema).enum;
  const open = ["closed", "open"];
  t.same(enumOf(told("/objects")?.properties?.items?.items?.properties?.status), open);
  t.same(enumOf(told("/words")?.properties?.state?.items), open);
  t.same(enumOf(told("/long")?.items?.properties?.status), ["late", "open"], "also of those beyond the first");
  t.equal(enumOf(told("/spoilt")?.items?.properties?.status), undefined, "one that is no word in the middle");
  t.equal(enumOf(told("/many")?.properties?.items?.items?.properties?.status), undefined, "they are not few");
  t.equal(enumOf(told("/cut")?.properties?.items?.items?.properties?.status), undefined, "more was there than seen");
  t.same(enumOf(told("/cut")?.properties?.phase), ["done"], "what stands in no list was seen");
  t.same(enumOf(told("/lines")?.properties?.status), ["first", "second"]);
  t.same(enumOf(schemas(scene, "/queried")?.query?.properties?.status?.items), open);
  t.same(enumOf(schemas(scene, "/patched")?.request?.items?.properties?.op), ["add", "replace"]);
  t.end();
});

t.test("what was drawn by chance is no name either, with hardly a digit in it, and least of all by itself", (t) => {
  const scene = new Scene();
  const tokens = ["lUfKirLttoiflqNkyAiTWQ", "ussMgGqWH-dGi6oL8pqHFg", "tFuvu_D3cgGy3w5e", "DqDv_uMVhsRE0Cxj"];
  const cookies = ["lUfKirLttoiflqNkyAiTWQ", "xKqPzRtWvBnMjHgF"];
  const alone = [...tokens, "CNi8FUfrgN", "XVcao8tqvV"];
  for (const [index, token] of alone.entries())
    for (let times = 0; times < 3; times++) {
      const path = `/verify${"abcdef"[index]}`;
      scene.get(`${path}?${times === 1 ? "raw&versioning&" : ""}${token}${["", "=", "=="][times]}`);
    }
  for (const [index, token] of tokens.entries())
    for (let times = 0; times < 3; times++) {
      scene.get(
        `/n${"abcd"[index]}?${token}=1&vpcEndpointIds=1&x-amz-fwd-header-x-amz-object-lock-mode=2&CWPFacName=1`,
        {
          fields: `X-${token}: 1\r\nCookie: ${cookies[index % 2]}=1; theme=dark\r\n`,
          body: JSON.stringify({ id: 1, inner: { [token]: { title: "x" } } }),
        },
      );
    }
  const { rows } = scene.inventory.takeDelta(1_000);
  const kept = JSON.stringify(rows).toLowerCase();
  for (const token of [...alone, ...cookies]) t.notOk(kept.includes(token.toLowerCase()), token);
  for (const name of ["vpcEndpointIds", "x-amz-fwd-header-x-amz-object-lock-mode", "CWPFacName", "versioning", "theme"])
    t.ok(kept.includes(`"${name.toLowerCase()}"`), name);
  t.end();
});

t.test(
  "a word that begins to come after seventy calls is met soon, and schemas say on how many bodies they rest",
  (t) => {
    const scene = new Scene();
    const call = (state: string): Scene =>
      scene.exchange({
        ...{ method: "POST", path: "/orders", fields: JSON_FIELD, requestBody: JSON.stringify({ state }) },
        ...{ answerFields: JSON_FIELD, body: JSON.stringify({ state }), status: 201 },
      });
    const told = () => schemas(scene, "/orders")?.responses["201"]?.properties?.state?.enum;
    for (let calls = 0; calls < 70; calls++) call(["open", "paid"][calls % 2]);
    t.same(told(), ["open", "paid"]);
    for (let calls = 70; calls < 270; calls++) call(["open", "archived"][calls % 2]);
    t.same(told(), ["archived", "open", "paid"]);
    const { bodiesRead } = schemas(scene, "/orders") ?? {};
    t.same(bodiesRead, { request: 39, responses: { "201": 39 } });
    const [record] = scene.endpoints();
    const document = JSON.parse([...openapi.write([{ record, sensor: undefined }], [])].join(""));
    const [{ calls, bodies_read }] = document.paths["/orders"].post["x-observed"];
    t.same([calls, bodies_read], [270, bodiesRead]);
    const again = new Scene();
    again.inventory.restore(JSON.parse(JSON.stringify(scene.inventory.takeDelta(100).rows)));
    t.same(schemas(again, "/orders")?.bodiesRead, bodiesRead);
    t.end();
  },
);

t.test("words of programs are told in fields that are named as those of such words are, and kept in no other", (t) => {
  const scene = new Scene();
  const words: Readonly<Record<string, readonly string[]>> = {
    ...{ country: ["DE", "FR"], nation: ["deu", "fra"], lang: ["de-CH", "en-US"], role: ["admin", "editor"] },
    ...{ event: ["order.created", "order.paid"], size: ["small", "large"], owner: ["gray", "price"] },
    ...{ city: ["bath", "reading"], led: ["king", "young"], clave: ["silver", "summer"], pw: ["silver", "summer"] },
    ...{ userpass: ["silver", "summer"], contrasena: ["silver", "summer"], u: ["silver", "summer"] },
    // Only the last word of a name says what stands there.
    ...{ pollFrequency: ["daily", "weekly"], rolePhrase: ["silver", "summer"], status_pw: ["silver", "summer"] },
  };
  for (let call = 0; call < 120; call++) {
    const body = Object.entries(words).map(([name, its]) => [name, its[call % its.length]]);
    const text = JSON.stringify({ ...Object.fromEntries(body), password: { new: ["silver", "summer"][call % 2] } });
    scene.get("/x", { answerFields: JSON_FIELD, body: text });
  }
  const { properties = {} } = schemas(scene, "/x")?.responses["200"] ?? {};
  t.same(
    Object.entries(properties).flatMap(([name, { enum: told }]) => (told ? `${name}: ${told.join(" ")}` : [])),
    [
      "country: DE FR",
      "event: order.created order.paid",
      "lang: de-CH en-US",
      "nation: deu fra",
      "pollFrequency: daily weekly",
      "role: admin editor",
      "size: large small",
    ],
  );
  const kept = JSON.stringify(scene.inventory.takeDelta(100));
  t.notMatch(kept, /gray|price|bath|reading|king|young|silver|summer/i, "whatever is not listed may be a password");
  t.end();
});
