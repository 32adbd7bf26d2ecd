-- What a reset has to tell apart: rows of every table that people fill, and tables that no entity declares.
BEGIN;

DO $$ BEGIN CREATE ROLE spirits_app; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
DO $$ BEGIN CREATE ROLE spirits_catalogue; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
DO $$ BEGIN CREATE ROLE spirits_reports; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;

INSERT INTO user_points (user_id, balance, earned) VALUES ('ada', 10, 10), ('bob', 20, 20), ('cat', 30, 30);
INSERT INTO points_transactions (id, user_id, amount, kind, detail)
  VALUES ('earned', 'ada', 10, 'earn', NULL), ('won', 'bob', 15, 'bonus', '{"game": 1}'), ('given', 'bob', 5, 'bonus', NULL), ('late', 'cat', 30, 'earn', NULL);
INSERT INTO user_spirit_purchases (id, user_id, spirit_id, bundle_id, price, status) VALUES
  ('one', 'ada', 'writer', NULL, 4.99, 'paid'), ('two', 'ada', NULL, 'studio', 22.49, 'paid'), ('three', 'cat', 'automator', NULL, 9.99, 'paid');
INSERT INTO user_spirit_access (id, user_id, spirit_id, granted_by, purchase_id) VALUES
  ('open', 'ada', 'writer', 'purchase', 'one'), ('gift', 'ada', 'coach', 'gift', NULL), ('shut', 'cat', 'automator', 'purchase', 'three');
INSERT INTO user_spirit_subscriptions (id, user_id, plan_id, status, price, period_start, period_end)
  SELECT 'sub ' || u, u, 'basic', 'active', 9.99, now(), now() + interval '1 month' FROM unnest(ARRAY['ada', 'bob', 'cat']) AS u;
INSERT INTO spirit_minions (id, user_id, name, settings) VALUES ('m', 'ada', 'Bolt', '{"colour": "red"}'), ('n', 'bob', 'Momo', NULL), ('o', 'cat', 'Koko', NULL);
INSERT INTO minion_spirits (minion_id, slot, spirit_id) VALUES ('m', 0, 'writer'), ('n', 0, 'coach'), ('n', 3, 'writer'), ('o', 0, 'coach');
INSERT INTO spirit_mastery (id, minion_id, spirit_id) VALUES ('learned', 'm', 'writer'), ('tried', 'n', 'coach'), ('begun', 'n', 'writer');

-- Nobody declares them, so they stay: one would go with its minion, one refuses to lose what it refers to.
CREATE TABLE duels (id integer PRIMARY KEY, minion_id text COLLATE "C" REFERENCES spirit_minions ON DELETE CASCADE);
CREATE INDEX ON duels (minion_id);
INSERT INTO duels VALUES (1, 'n');
CREATE TABLE invoices (id integer PRIMARY KEY, access_id text COLLATE "C" NOT NULL REFERENCES user_spirit_access);
CREATE INDEX ON invoices (access_id);
INSERT INTO invoices VALUES (1, 'open');
CREATE TABLE prizes (id integer PRIMARY KEY, transaction_id text COLLATE "C" REFERENCES points_transactions ON DELETE SET NULL);
CREATE INDEX ON prizes (transaction_id);
INSERT INTO prizes VALUES (1, 'won'), (2, NULL);

-- As it was, to compare with.
CREATE SCHEMA before;
CREATE TABLE before.user_points AS TABLE user_points;
CREATE TABLE before.points_transactions AS TABLE points_transactions;
CREATE TABLE before.user_spirit_purchases AS TABLE user_spirit_purchases;
CREATE TABLE before.user_spirit_access AS TABLE user_spirit_access;
CREATE TABLE before.spirit_minions AS TABLE spirit_minions;
CREATE TABLE before.minion_spirits AS TABLE minion_spirits;
CREATE TABLE before.spirits_registry AS TABLE spirits_registry;
CREATE TABLE before.spirit_bundles AS TABLE spirit_bundles;
CREATE TABLE before.subscription_plans AS TABLE subscription_plans;
CREATE TABLE before.tools_registry AS TABLE tools_registry;

COMMIT;
