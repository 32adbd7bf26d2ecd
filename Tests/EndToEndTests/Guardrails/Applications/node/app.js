// A shop: `app.js right` writes as it may, `app.js wrong` tries every kind of forbidden write.
//
// Prints a JSON object for each attempt: its name, and the reason it was refused for, or null.
import { readFileSync } from "node:fs";
import { guard as rails, GuardRefusal, Guardrails } from "./guard.js";
import { flows, orders, Postgres, Repository, SQLite, users } from "./repositories.js";

const app = new SQLite(process.env.SHOP_SQLITE);
const core = new Postgres(process.env.SHOP_POSTGRES);

/** Guardrails by another plan, as `kedge guard export --lang json` wrote it when a phase had changed. */
const plan = (name) => new Guardrails(readFileSync(name, "utf8"));

/** One request that writes users in Postgres, which is right, and then something in SQLite. */
function across(crossing, then = flows) {
  const unit = rails.unitOfWork({ crossing });
  unit.authorize("update", "users", "core", { writer: "UserRepository" });
  then(unit, "app", app).rename("1", "crossed");
}

const wrong = {
  "insert into the old store": () => users(rails, "app", app).add("9", "Ida"),
  "update in the old store": () => users(rails, "app", app).rename("1", "Ida"),
  "delete in the old store": () => users(rails, "app", app).remove("1"),
  "empty the old store": () => users(rails, "app", app).clear(),
  "write ahead of the move": () => orders(rails, "core", core).add("9", "lamp", rails.epoch),
  "feature data into Postgres": () => flows(rails, "core", core).add("9", "flow"),
  "an old store that was retired": () => users(plan("retired.json"), "app", app).rename("1", "Ida"),
  "a phase that nobody knows": () => users(plan("frozen.json"), "core", core).rename("1", "Ida"),
  "an entity that nobody declares": () => new Repository("ghosts", null, rails, "core", core).clear(),
  "a store that nobody declares": () => users(rails, "attic", app).rename("1", "Ida"),
  "an operation that there isn't": () => users(rails, "core", core).scribble(),
  "without a name": () => users(rails, "core", core, null).rename("1", "Ida"),
  "by a writer that isn't declared": () => users(rails, "core", core, "CampaignImport").rename("1", "Ida"),
  "by a role that may only read": () => users(rails, "core", core, "reporting").rename("1", "Ida"),
  "as Kedge, over the owner": () => users(rails, "core", core, "kedge").rename("1", "Ida"),
  "with a fence of before": () => users(rails, "core", core).rename("1", "Ida", 1),
  "with a fence of tomorrow": () => users(rails, "core", core).rename("1", "Ida", 99),
  "without the fence": () => orders(rails, "app", app).rename("1", "lamp"),
  "across the boundary": () => across(null),
  "across by an unknown name": () => across("sign-up"),
  "across by a name of last year": () => across("old-signup"),
  "across with more than was allowed": () => across("signup", orders),
};

const right = {
  "sign up": () => {
    const unit = rails.unitOfWork({ crossing: "signup" });
    users(unit, "postgres", core).add("2", "Bo's \"own\"");
    flows(unit, "sqlite", app).add("2", "welcome");
  },
  "rename a user": () => users(rails, "core", core).rename("1", "Ada L."),
  "order": () => orders(rails.unitOfWork(), "app", app).add("2", "chair"),
  "remove a flow": () => flows(rails, "app", app).remove("1"),
};

for (const [name, attempt] of Object.entries({ right, wrong }[process.argv[2]])) {
  let reason = null;
  try {
    attempt();
  } catch (error) {
    if (!(error instanceof GuardRefusal)) throw error;
    reason = error.decision.reason;
  }
  console.log(JSON.stringify({ attempt: name, reason }));
}
