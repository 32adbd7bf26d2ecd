// Repositories that can't write without asking: each write goes through `#write`, which asks first.
import { execFileSync } from "node:child_process";

const quoted = (text) => `'${String(text).replaceAll("'", "''")}'`;

/** A real SQLite file, through sqlite3. */
export class SQLite {
  constructor(path) {
    this.path = path;
  }

  execute(sql, values) {
    const statement = sql.replace(/:(\w+)/g, (_, name) => quoted(values[name]));
    execFileSync("sqlite3", ["-bail", this.path], { input: statement + ";" });
  }
}

/** A real Postgres database, through psql. */
export class Postgres {
  constructor(url) {
    this.url = url;
  }

  execute(sql, values) {
    const variables = Object.entries(values).flatMap(([name, value]) => ["-v", `${name}=${value}`]);
    const statement = sql.replace(/:(\w+)/g, ":'$1'");
    execFileSync("psql", ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", this.url, ...variables], { input: statement });
  }
}

/** One entity in one store. `guard` is the module's guardrails, or a unit of work. */
export class Repository {
  constructor(entity, writer, guard, store, database) {
    Object.assign(this, { entity, writer, guard, store, database });
  }

  #write(operation, sql, values, fence) {
    this.guard.authorize(operation, this.entity, this.store, { writer: this.writer, fence });
    this.database.execute(sql, values);
  }

  add(id, name, fence) {
    this.#write("insert", `INSERT INTO ${this.entity} (id, name) VALUES (:id, :name)`, { id, name }, fence);
  }

  rename(id, name, fence) {
    this.#write("update", `UPDATE ${this.entity} SET name = :name WHERE id = :id`, { id, name }, fence);
  }

  remove(id, fence) {
    this.#write("delete", `DELETE FROM ${this.entity} WHERE id = :id`, { id }, fence);
  }

  clear(fence) {
    this.#write("truncate", `DELETE FROM ${this.entity}`, {}, fence);
  }

  scribble() {
    this.#write("scribble", `UPDATE ${this.entity} SET name = 'scribbled'`, {});
  }
}

export const users = (guard, store, database, writer = "UserRepository") =>
  new Repository("users", writer, guard, store, database);
export const orders = (guard, store, database) => new Repository("orders", "OrderRepository", guard, store, database);
export const flows = (guard, store, database) => new Repository("flows", "FlowRepository", guard, store, database);
