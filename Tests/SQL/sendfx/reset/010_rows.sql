-- What a reset has to tell apart: rows of every table, and a table that no entity declares.
BEGIN;

DO $$ BEGIN CREATE ROLE sendfx_app; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
DO $$ BEGIN CREATE ROLE sendfx_agents; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
DO $$ BEGIN CREATE ROLE sendfx_reports; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;

INSERT INTO core.tiers (id, code, name, price_monthly)
  VALUES ('team', 'team', 'Team', 99), ('pro', 'pro', 'Pro', 49.90), ('free', 'free', 'Free', 0), ('lone', 'lone', 'Lone', 9), ('old', 'old', 'Old', 5);
-- The rule names one address; of two spellings both are meant.
INSERT INTO core.users (id, email, role, tier_id, tags, settings, balance) VALUES
  ('admin', 'admin@sendfx.ai', 'admin', 'team', '{a,NULL,"b c"}', '{"theme": "dark"}', 12.3400),
  ('again', ' Admin@SendFX.ai', 'admin', 'lone', NULL, NULL, 0),
  ('ada', 'ada@example.com', 'user', 'pro', NULL, '[1, 2.50]', 0.0001),
  ('bob', 'bob@example.com', 'user', 'old', NULL, NULL, 0),
  ('eve', 'eve@example.com', 'user', NULL, NULL, NULL, 0),
  ('not', 'admin@sendfx.ai.example.com', 'admin', 'old', NULL, NULL, 0);
INSERT INTO core.user_addresses (user_id, position, city)
  VALUES ('admin', 0, 'Zürich'), ('admin', 1, 'Bern'), ('ada', 0, 'Łódź'), ('bob', 0, 'Kraków'), ('eve', 0, 'Oslo');
INSERT INTO core.workspaces (id, name, slug, owner_id, tier_id) VALUES
  ('shop', 'Shop', 'shop', 'ada', 'pro'), ('bar', 'Bar', 'bar', 'bob', 'old'), ('late', 'Late', 'late', 'eve', 'free'),
  ('office', 'Office', 'office', 'admin', 'team');
INSERT INTO core.workspace_domains (workspace_id, position, domain)
  VALUES ('shop', 0, 'shop.example.com'), ('shop', 1, 'www.shop.example.com'), ('bar', 0, 'bar.example.com'), ('late', 0, 'late.example.com');
INSERT INTO core.workspace_members (id, workspace_id, user_id, role, invited_by) VALUES
  ('one', 'shop', 'ada', 'owner', NULL), ('two', 'shop', 'bob', 'viewer', 'ada'), ('three', 'bar', 'admin', 'admin', 'bob'),
  ('four', 'office', 'admin', 'owner', NULL);
INSERT INTO core.billing_accounts (id, workspace_id) VALUES ('bill', 'shop'), ('tab', 'bar');
INSERT INTO core.subscriptions (id, workspace_id, billing_account_id, tier_id, status, amount)
  VALUES ('sub', 'shop', 'bill', 'pro', 'active', 49.90), ('trial', 'bar', 'tab', 'team', 'trialing', 0);
INSERT INTO core.usage_counters (workspace_id, metric, period)
  SELECT w.id, 'contacts', m FROM core.workspaces AS w, unnest(ARRAY['2025-01', '2025-02', '2025-03']) AS m;
INSERT INTO core.openai_usage (id, workspace_id, user_id, writer, model)
  SELECT w.id || n, w.id, w.owner_id, 'reply', 'gpt-4o' FROM core.workspaces AS w, generate_series(1, 3) AS n;

-- Nobody declares it, so it stays, though its rows would go with their workspace.
CREATE TABLE core.contracts (id integer PRIMARY KEY, workspace_id text COLLATE "C" REFERENCES core.workspaces ON DELETE CASCADE, note text);
CREATE INDEX ON core.contracts (workspace_id);
INSERT INTO core.contracts VALUES (1, 'shop', 'signed'), (2, NULL, 'a draft');
-- While the reset takes the usage, somebody signs with a workspace that was to go.
CREATE FUNCTION core.sign() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO core.contracts VALUES (3, OLD.workspace_id, 'in the last minute');
  RETURN NULL;
END
$$;
CREATE TRIGGER sign AFTER DELETE ON core.openai_usage FOR EACH ROW WHEN (OLD.id = 'late2') EXECUTE FUNCTION core.sign();

-- As it was, to compare with.
CREATE SCHEMA before;
CREATE TABLE before.tiers AS TABLE core.tiers;
CREATE TABLE before.users AS TABLE core.users;
CREATE TABLE before.user_addresses AS TABLE core.user_addresses;
CREATE TABLE before.workspaces AS TABLE core.workspaces;
CREATE TABLE before.workspace_domains AS TABLE core.workspace_domains;
CREATE TABLE before.model_prices AS TABLE core.model_prices;

COMMIT;
