import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import t from "tap";
import { soak } from "./soak/load.js";
import { IS_ROOT } from "./support/namespaces.js";
import { processesWith, Running, temporaryFolder, until } from "./support/program.js";

const SOAK_SECONDS = 30;
const SOAK = fileURLToPath(new URL("./soak/soak.js", import.meta.url));

t.test(
  "under load memory is flat and every call is seen (short form of `make soak`)",
  { skip: IS_ROOT ? false : "SKIPPED: capturing needs root" },
  async (t) => {
    const result = await soak(temporaryFolder(t), SOAK_SECONDS, (line) => t.comment(line));
    t.comment(JSON.stringify(result));
    t.ok(result.isFlat, `${result.middleBytes} bytes, then ${result.lastBytes}`);
    const isWhole = result.seen === result.sent;
    t.ok(
      isWhole || (result.seen < result.sent && result.gapBytes > 0),
      "each request sent is a call seen, or its loss is told",
    );
  },
);

t.test("a soak that fails, or is told to end, leaves no program and no folder behind", async (t) => {
  for (const [why, more] of [
    // Without openssl there are no certificates: by then two origins serve.
    ["fails", { PATH: "/nowhere" }],
    ["is told to end", {}],
  ] as const) {
    const folder = temporaryFolder(t);
    const mark = `SOAK_MARK=${why}-${process.pid}-${folder}`;
    const soaking = new Running(process.execPath, [SOAK, "60"], { SOAK_MARK: mark.slice(10), TMPDIR: folder, ...more });
    // One that fails may have ended all before anybody looks.
    if (why !== "fails")
      await until("its origins", () => (processesWith("environ", mark).length >= 3 ? true : undefined));
    const code = why === "fails" ? await soaking.ended() : await soaking.end();
    t.equal(code, 1, why);
    await until("the end of all", () => (processesWith("environ", mark).length === 0 ? true : undefined), 10_000);
    t.same(readdirSync(folder), [], why);
  }
});
