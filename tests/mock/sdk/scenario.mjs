// The official SDK as a client of the mock. Prints one line of JSON with the names of the checks that held.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { ApiError, apiClientManager } from "@trigger.dev/core/v3";
import {
  AuthenticationError, BadRequestError, NotFoundError, PermissionDeniedError, RateLimitError, auth, configure, envvars,
  queues, runs, schedules, tasks, wait,
} from "@trigger.dev/sdk";

const { MOCK_URL: url, MOCK_TOKEN: token, MOCK_PUBLIC_TOKEN: publicToken, MOCK_PROFILE: profile } = process.env;
const real = profile === "real";
const quick = { retry: { maxAttempts: 2, minTimeoutInMs: 1, maxTimeoutInMs: 5, factor: 1 } };
configure({ baseURL: url, accessToken: token, requestOptions: quick });

const control = async (method, path, body) => {
  const answer = await fetch(`${url}/__mock${path}`, { method, body: body && JSON.stringify(body) });
  assert.ok(answer.ok, await answer.clone().text());
  return answer.json();
};
// Without dates the real server lists the last week only; from here on every list asks for all of time.
// (It takes the first moment of 1970 for no date at all.)
const always = { from: new Date(1) };
const all = async (query = {}) => {
  const found = [];
  for await (const run of runs.list({ limit: 100, ...always, ...query })) found.push(run);
  return found;
};
const ids = (list) => list.map((run) => run.id);
// A public access token as the SDK's backend helper makes it: HS256 with the secret key (RFC 7515).
const mine = { sub: "cl1234", iss: "https://id.trigger.dev", aud: "https://api.trigger.dev", pub: true };
const signed = (own) => {
  const claims = { ...mine, ...own };
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const said = `${part({ alg: "HS256", typ: "JWT" })}.${part(claims)}`;
  return `${said}.${createHmac("sha256", token).update(said).digest("base64url")}`;
};
const failure = async (promise, kind) => {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof kind, `${error?.constructor?.name}: ${error?.message}`);
    return error;
  }
  assert.fail("nothing was thrown");
};

const checks = {
  async everyRunIsListedOnce() {
    const everything = await all();
    assert.equal(everything.length, 300);
    assert.equal(new Set(ids(everything)).size, 300);
    assert.ok(everything.every((run) => run.createdAt instanceof Date && run.createdAt.getTime() > 1e12));
    assert.deepEqual(ids(await all({ limit: 10 })), ids(everything));
  },
  async everyFilterSelects() {
    const everything = await all();
    const is = (name, of, values) => ({ name, of, values });
    for (const { name, of, values } of [
      is("status", (run) => run.status, [...new Set(everything.map((run) => run.status))]),
      is("taskIdentifier", (run) => run.taskIdentifier, ["send-email", "my-task"]),
      is("version", (run) => run.version, ["20240601.1", "20240601.10"]),
      is("isTest", (run) => run.isTest, [true, false]),
    ]) {
      // A status filter of the real server selects less than is shown under some of the names.
      const narrow = real && name === "status";
      for (const value of values) {
        const expected = ids(everything.filter((run) => of(run) === value));
        assert.ok(expected.length > 10, `${name}=${value}`);
        const found = ids(await all({ [name]: value }));
        if (narrow) assert.ok(found.every((id) => expected.includes(id)), `${name}=${value}`);
        else assert.deepEqual(found, expected, `${name}=${value}`);
      }
      if (name !== "isTest" && !narrow) {
        const expected = ids(everything.filter((run) => values.includes(of(run))));
        assert.deepEqual(ids(await all({ [name]: values })), expected, name);
      }
    }
    const tagged = ids(everything.filter((run) => run.tags.includes("user_1") || run.tags.includes("plan:pro")));
    assert.deepEqual(ids(await all({ tag: ["user_1", "plan:pro"] })), tagged);
    const [low, high] = [everything[60].createdAt, everything[20].createdAt];
    const between = ids(everything.filter((run) => run.createdAt >= low && run.createdAt <= high));
    assert.deepEqual(ids(await all({ from: low, to: high })), between);
    assert.deepEqual(ids(await all({ from: low.getTime(), to: high.getTime() })), between);
    for (const query of [
      { schedule: "sched_daily" },
      { bulkAction: "bulk_replay" },
      { queue: { type: "custom", name: "emails" } },
      { queue: { type: "task", name: "default" } },
      { machine: "large-2x" },
      { region: "eu-central-1" },
    ]) {
      const found = await all(query);
      assert.ok(found.length > 10 && found.length < 300, JSON.stringify(query));
    }
    const week = (await all({ from: undefined, period: "7d" })).length;
    assert.ok(week > 0 && week < 300);
    assert.equal((await all({ from: undefined })).length, real ? week : 300);
  },
  async pagesGoBothWays() {
    const first = await runs.list({ limit: 10, ...always });
    assert.ok(first.hasNextPage() && !first.hasPreviousPage());
    const second = await first.getNextPage();
    const third = await second.getNextPage();
    assert.ok(third.hasPreviousPage());
    const back = await third.getPreviousPage();
    // The real server sends a page before a cursor oldest first.
    assert.deepEqual(real ? ids(back.data).reverse() : ids(back.data), ids(second.data));
    const top = await back.getPreviousPage();
    assert.deepEqual(ids(top.data).sort(), ids(first.data).sort());
    assert.ok(!top.hasPreviousPage());
  },
  async everyRunIsRetrieved() {
    let related = 0, downloaded = 0;
    for (const item of (await all()).slice(0, 120)) {
      const run = await runs.retrieve(item.id);
      assert.equal(run.id, item.id);
      assert.equal(run.status, item.status);
      assert.ok(run.updatedAt instanceof Date && !Number.isNaN(run.updatedAt.getTime()));
      for (const child of run.relatedRuns.children ?? []) {
        related += 1;
        assert.equal(child.depth, run.depth + 1);
        assert.equal((await runs.retrieve(child.id)).relatedRuns.parent?.id, run.id);
      }
      assert.equal(run.relatedRuns.root === undefined, run.depth === 0);
      if (JSON.stringify(run.payload ?? "").length > 100_000) downloaded += 1;
    }
    assert.ok(related > 10 && downloaded > 0);
  },
  async aRunIsPolledToItsEnd() {
    await control("POST", "/progression", { progression: "manual:1" });
    const made = await control("POST", "/runs", { taskIdentifier: "polled", output: { answer: 42 } });
    assert.equal((await runs.retrieve(made.id)).isCompleted, false);
    const done = await runs.poll(made.id, { pollIntervalMs: 5 });
    assert.ok(done.isSuccess && done.status === "COMPLETED");
    assert.deepEqual(done.output, { answer: 42 });
    await control("POST", "/progression", { progression: "instant" });
  },
  async resultsAreRead() {
    const client = apiClientManager.clientOrThrow();
    const kinds = new Set();
    for (const run of (await all()).slice(0, 150)) {
      const result = await client.getRunResult(run.id);
      const shown = real ? run.status === "CANCELED" : run.isCompleted || ["EXPIRED", "TIMED_OUT"].includes(run.status);
      assert.equal(result !== undefined, shown, run.status);
      if (result === undefined) continue;
      assert.equal(result.ok, run.isSuccess);
      assert.equal(typeof (result.ok ? result.outputType : result.error.type), "string");
      kinds.add(result.ok ? result.outputType : result.error.type);
    }
    assert.ok(kinds.size >= (real ? 1 : 5), [...kinds].join());
  },
  async errorsAreTheSdksOwn() {
    const missing = await failure(runs.retrieve("run_missing"), NotFoundError);
    assert.match(missing.message, real ? /Not found/ : /Run not found/);
    const malformed = await failure(runs.retrieve("nonsense"), real ? NotFoundError : BadRequestError);
    assert.equal(malformed.status, real ? 404 : 400);
    const query = await failure(runs.list({ status: ["NOPE"], limit: 101 }), BadRequestError);
    assert.match(query.message, /Query Error|Invalid status values: NOPE/);
    await auth.withAuth({ baseURL: url, accessToken: "tr_dev_wrong" }, async () => {
      const wrong = await failure(runs.list(), AuthenticationError);
      assert.match(wrong.message, real ? /Invalid API key/ : /Invalid or Missing API [Kk]ey/);
    });
  },
  async publicKeysSeeLess() {
    const [item] = await all({ status: "COMPLETED", tag: "user_1" });
    const retrieve = (accessToken) => auth.withAuth({ baseURL: url, accessToken }, () => runs.retrieve(item.id));
    const secret = await runs.retrieve(item.id);
    if (real) {
      await failure(retrieve(publicToken), AuthenticationError);
    } else {
      const run = await retrieve(publicToken);
      assert.ok(run.payload === undefined && run.output === undefined);
    }
    const run = await retrieve(signed({ pub: true, scopes: [`read:runs:${item.id}`] }));
    assert.deepEqual([run.payload, run.output], real ? [secret.payload, secret.output] : [undefined, undefined]);
    await failure(retrieve(signed({ pub: true, scopes: ["read:runs:run_other"] })), real ? PermissionDeniedError : AuthenticationError);
    await failure(retrieve(signed({ pub: true, scopes: ["read:runs"], exp: 1 })), AuthenticationError);
  },
  async faultsAreRetriedOrReported() {
    const [item] = await all({ status: "COMPLETED" });
    await control("POST", "/faults", { status: 503, times: 1 });
    assert.equal((await runs.retrieve(item.id)).id, item.id);
    await control("POST", "/faults", { status: 429, times: 1, retry_after: 0 });
    assert.equal((await runs.retrieve(item.id)).id, item.id);
    await control("POST", "/faults", { cut: -1, times: 1 });
    assert.equal((await runs.retrieve(item.id)).id, item.id);
    await control("DELETE", "/faults");
    await control("POST", "/faults", { status: 429, should_retry: false });
    await failure(runs.retrieve(item.id), RateLimitError);
    await control("DELETE", "/faults");
    await control("POST", "/faults", { status: 500, body: "<html>", content_type: "text/html" });
    await failure(runs.retrieve(item.id), ApiError);
    await control("DELETE", "/faults");
  },
};

// Calls that write: a server of a document that has them.
const writes = {
  async aTriggeredRunIsCanceledAndReplayed() {
    const handle = await tasks.trigger("my-task", { a: 1 }, { tags: ["written"], metadata: { m: 1 }, idempotencyKey: "k" });
    const run = await runs.retrieve(handle.id);
    assert.deepEqual([run.status, run.payload, run.tags], ["QUEUED", { a: 1 }, ["written"]]);
    assert.equal((await tasks.trigger("my-task", {}, { idempotencyKey: "k" })).id, handle.id);
    await runs.cancel(handle.id);
    assert.equal((await runs.retrieve(handle.id)).status, "CANCELED");
    const replayed = await runs.replay(handle.id);
    assert.notEqual(replayed.id, handle.id);
    assert.deepEqual((await runs.retrieve(replayed.id)).payload, { a: 1 });
    assert.deepEqual(ids(await all({ tag: "written" })), [replayed.id, handle.id]);
    const client = apiClientManager.clientOrThrow();
    await client.addTags(replayed.id, { tags: ["more"] });
    await client.updateRunMetadata(replayed.id, { metadata: { m: 2 } });
    const changed = await runs.retrieve(replayed.id);
    assert.deepEqual([changed.tags.slice().sort(), changed.metadata], [["more", "written"], { m: 2 }]);
    await failure(runs.cancel("run_missing"), NotFoundError);
    await failure(runs.replay("run_missing"), NotFoundError);
  },
  async aTriggeredRunIsPolledToItsEnd() {
    await control("POST", "/progression", { progression: "manual:1" });
    const handle = await tasks.trigger("my-task", { n: 1 });
    assert.ok((await runs.poll(handle, { pollIntervalMs: 5 })).isSuccess);
    await control("POST", "/progression", { progression: "instant" });
  },
  async aDelayedRunIsRescheduled() {
    const handle = await tasks.trigger("my-task", {}, { delay: "1h" });
    assert.equal((await runs.retrieve(handle.id)).status, "DELAYED");
    const moved = await runs.reschedule(handle.id, { delay: new Date(Date.now() + 7200e3) });
    assert.equal(moved.id, handle.id);
    await control("POST", "/clock", { advance: 7300 });
    assert.equal((await runs.retrieve(handle.id)).status, "QUEUED");
  },
  async schedulesLive() {
    const made = await schedules.create({ task: "my-task", cron: "0 9 * * *", deduplicationKey: "k", timezone: "Europe/Paris" });
    assert.equal((await schedules.retrieve(made.id)).timezone, "Europe/Paris");
    assert.equal((await schedules.update(made.id, { task: "my-task", cron: "0 10 * * *" })).generator.expression, "0 10 * * *");
    assert.equal((await schedules.deactivate(made.id)).active, false);
    assert.equal((await schedules.activate(made.id)).active, true);
    assert.equal((await schedules.list()).data[0].id, made.id);
    const again = { task: "my-task", cron: "0 11 * * *", deduplicationKey: "k" };
    assert.equal((await schedules.create(again)).id, made.id);
    assert.equal((await schedules.list({ perPage: 1 })).data[0].generator.expression, "0 11 * * *");
    assert.ok((await schedules.timezones()).timezones.includes("Europe/Paris"));
    assert.equal((await schedules.del(made.id)).id, made.id);
    await failure(schedules.retrieve(made.id), NotFoundError);
  },
  async variablesAreKept() {
    const where = ["proj_x", "dev"];
    await envvars.create(...where, { name: "A", value: "1" });
    await envvars.upload(...where, { variables: { B: "2" }, override: false });
    await failure(envvars.upload(...where, { variables: { B: "3" } }), BadRequestError);
    // `envvars.update` of this version of the SDK throws a ReferenceError of its own before it asks.
    await apiClientManager.clientOrThrow().updateEnvVar(...where, "A", { value: "3" });
    const kept = Object.fromEntries((await envvars.list(...where)).map((item) => [item.name, item.value]));
    assert.deepEqual([kept.A, kept.B, kept.API_KEY], ["3", "2", "<redacted>"]);
    assert.equal((await envvars.retrieve(...where, "A")).value, "3");
    await envvars.del(...where, "A");
    await failure(envvars.retrieve(...where, "A"), NotFoundError);
  },
  async queuesArePaused() {
    const queue = { type: "task", name: "my-task" };
    assert.equal((await queues.pause(queue)).paused, true);
    assert.equal((await queues.retrieve(queue)).paused, true);
    assert.equal((await queues.resume(queue)).paused, false);
    const [listed] = (await queues.list({ perPage: 100 })).data.filter((item) => item.name === "my-task");
    assert.equal((await queues.retrieve(listed.id)).id, listed.id);
    const usual = listed.concurrencyLimit;
    assert.equal((await queues.overrideConcurrencyLimit(queue, 3)).concurrencyLimit, 3);
    assert.equal((await queues.retrieve(queue)).concurrency.override, 3);
    assert.equal((await queues.resetConcurrencyLimit(queue)).concurrencyLimit, usual);
    await failure(queues.retrieve("queue_missing"), NotFoundError);
  },
  async tokensAreCompleted() {
    const token = await wait.createToken({ timeout: "1h", tags: ["t"] });
    assert.equal((await wait.retrieveToken(token.id)).status, "WAITING");
    await wait.completeToken(token.id, { ok: true });
    const ended = await wait.retrieveToken(token.id);
    assert.deepEqual([ended.status, ended.output], ["COMPLETED", { ok: true }]);
    const found = [];
    for await (const item of wait.listTokens({ tags: "t" })) found.push(item.id);
    assert.deepEqual(found, [token.id]);
    const other = await wait.createToken({});
    assert.ok((await fetch(other.url, { method: "POST", body: "{}" })).ok);
    assert.equal((await wait.retrieveToken(other.id)).status, "COMPLETED");
  },
};

const held = [];
for (const [name, check] of Object.entries(process.env.MOCK_WRITES ? writes : checks)) {
  try {
    await check();
    held.push(name);
  } catch (error) {
    console.error(`${name}: ${error?.stack ?? error}`);
    process.exitCode = 1;
  }
}
console.log(JSON.stringify(held));
