-- The twelve tables, as the mapping set declares them: `kedge schema --diff` finds nothing to add.
-- kedge: up
CREATE TABLE "public"."spirits_registry" (
  "id" text COLLATE "C" NOT NULL,
  "legacy_id" integer NOT NULL UNIQUE,
  "name" text NOT NULL UNIQUE,
  "category" text NOT NULL,
  "tier" text NOT NULL,
  "price" numeric(10,2) NOT NULL,
  "points_price" integer NOT NULL,
  "description" text,
  "is_active" boolean NOT NULL,
  PRIMARY KEY ("id")
);

CREATE TABLE "public"."spirit_bundles" (
  "id" text COLLATE "C" NOT NULL,
  "name" text NOT NULL UNIQUE,
  "spirit_ids" text[] NOT NULL,
  "list_price" numeric(10,2) NOT NULL,
  "price" numeric(10,2) NOT NULL,
  "saving" integer NOT NULL,
  "description" text,
  "is_active" boolean NOT NULL,
  PRIMARY KEY ("id")
);

CREATE TABLE "public"."subscription_plans" (
  "id" text COLLATE "C" NOT NULL,
  "name" text NOT NULL UNIQUE,
  "tier" text NOT NULL UNIQUE,
  "price_monthly" numeric(10,2) NOT NULL,
  "price_yearly" numeric(10,2) NOT NULL,
  "points_monthly" integer NOT NULL,
  "minion_limit" integer,
  "features" text[] NOT NULL,
  "sort_order" integer NOT NULL,
  "is_active" boolean NOT NULL,
  PRIMARY KEY ("id")
);

CREATE TABLE "public"."tools_registry" (
  "id" text COLLATE "C" NOT NULL,
  "name" text NOT NULL UNIQUE,
  "category" text NOT NULL,
  "spirit_id" text,
  "description" text NOT NULL,
  "asks_first" boolean NOT NULL,
  "is_enabled" boolean NOT NULL,
  PRIMARY KEY ("id"),
  CONSTRAINT "tools_registry_spirit_id_fkey"
    FOREIGN KEY ("spirit_id") REFERENCES "public"."spirits_registry" ("id") ON DELETE RESTRICT
);

CREATE TABLE "public"."user_points" (
  "user_id" text COLLATE "C" NOT NULL,
  "balance" bigint NOT NULL,
  "earned" bigint NOT NULL,
  "spent" bigint NOT NULL,
  "streak_days" integer NOT NULL,
  "last_earned_on" date,
  "created_at" timestamptz NOT NULL,
  "updated_at" timestamptz,
  PRIMARY KEY ("user_id")
);

CREATE TABLE "public"."points_transactions" (
  "id" text COLLATE "C" NOT NULL,
  "user_id" text NOT NULL,
  "amount" bigint NOT NULL,
  "kind" text NOT NULL,
  "reason" text,
  "detail" jsonb,
  "created_at" timestamptz NOT NULL,
  PRIMARY KEY ("id"),
  CONSTRAINT "points_transactions_user_id_fkey"
    FOREIGN KEY ("user_id") REFERENCES "public"."user_points" ("user_id") ON DELETE CASCADE
);

CREATE TABLE "public"."user_spirit_purchases" (
  "id" text COLLATE "C" NOT NULL,
  "user_id" text NOT NULL,
  "spirit_id" text,
  "bundle_id" text,
  "price" numeric(10,2) NOT NULL,
  "currency" char(3) NOT NULL,
  "status" text NOT NULL,
  "payment_id" text UNIQUE,
  "provider" text NOT NULL,
  "purchased_at" timestamptz NOT NULL,
  "refunded_at" timestamptz,
  PRIMARY KEY ("id"),
  CONSTRAINT "user_spirit_purchases_spirit_id_fkey"
    FOREIGN KEY ("spirit_id") REFERENCES "public"."spirits_registry" ("id") ON DELETE RESTRICT,
  CONSTRAINT "user_spirit_purchases_bundle_id_fkey"
    FOREIGN KEY ("bundle_id") REFERENCES "public"."spirit_bundles" ("id") ON DELETE RESTRICT
);

CREATE TABLE "public"."user_spirit_subscriptions" (
  "id" text COLLATE "C" NOT NULL,
  "user_id" text NOT NULL,
  "plan_id" text NOT NULL,
  "status" text NOT NULL,
  "price" numeric(10,2) NOT NULL,
  "billing_email" text,
  "period_start" timestamptz NOT NULL,
  "period_end" timestamptz NOT NULL,
  "cancels_at_end" boolean NOT NULL,
  "started_on" date NOT NULL,
  "created_at" timestamptz NOT NULL,
  PRIMARY KEY ("id"),
  CONSTRAINT "user_spirit_subscriptions_plan_id_fkey"
    FOREIGN KEY ("plan_id") REFERENCES "public"."subscription_plans" ("id") ON DELETE RESTRICT
);

CREATE TABLE "public"."user_spirit_access" (
  "id" text COLLATE "C" NOT NULL,
  "user_id" text NOT NULL,
  "spirit_id" text NOT NULL,
  "granted_by" text NOT NULL,
  "purchase_id" text,
  "granted_at" timestamptz NOT NULL,
  "expires_at" timestamptz,
  PRIMARY KEY ("id"),
  CONSTRAINT "user_spirit_access_spirit_id_fkey"
    FOREIGN KEY ("spirit_id") REFERENCES "public"."spirits_registry" ("id") ON DELETE CASCADE,
  CONSTRAINT "user_spirit_access_purchase_id_fkey"
    FOREIGN KEY ("purchase_id") REFERENCES "public"."user_spirit_purchases" ("id") ON DELETE SET NULL
);

CREATE TABLE "public"."spirit_minions" (
  "id" text COLLATE "C" NOT NULL,
  "user_id" text NOT NULL,
  "name" text NOT NULL,
  "class" text NOT NULL,
  "model" text,
  "settings" jsonb,
  "is_active" boolean NOT NULL,
  "legacy_id" integer UNIQUE,
  "created_at" timestamptz NOT NULL,
  "updated_at" timestamptz,
  PRIMARY KEY ("id")
);

CREATE TABLE "public"."minion_spirits" (
  "minion_id" text COLLATE "C" NOT NULL,
  "slot" integer NOT NULL,
  "spirit_id" text NOT NULL,
  "equipped_at" timestamptz,
  "is_active" boolean NOT NULL,
  PRIMARY KEY ("minion_id", "slot"),
  FOREIGN KEY ("minion_id") REFERENCES "public"."spirit_minions" ("id") ON DELETE CASCADE
);

CREATE TABLE "public"."spirit_mastery" (
  "id" text COLLATE "C" NOT NULL,
  "minion_id" text NOT NULL,
  "spirit_id" text NOT NULL,
  "level" integer NOT NULL,
  "xp" bigint NOT NULL,
  "last_used_at" timestamptz,
  "created_at" timestamptz NOT NULL,
  PRIMARY KEY ("id"),
  CONSTRAINT "spirit_mastery_minion_id_fkey"
    FOREIGN KEY ("minion_id") REFERENCES "public"."spirit_minions" ("id") ON DELETE CASCADE,
  CONSTRAINT "spirit_mastery_spirit_id_fkey"
    FOREIGN KEY ("spirit_id") REFERENCES "public"."spirits_registry" ("id") ON DELETE RESTRICT
);

-- Cascades look for the rows that refer.
CREATE INDEX "points_transactions_user_id_idx" ON "public"."points_transactions" ("user_id");
CREATE INDEX "spirit_minions_user_id_idx" ON "public"."spirit_minions" ("user_id");
CREATE INDEX "minion_spirits_spirit_id_idx" ON "public"."minion_spirits" ("spirit_id");
CREATE INDEX "spirit_mastery_minion_id_idx" ON "public"."spirit_mastery" ("minion_id");
CREATE INDEX "spirit_mastery_spirit_id_idx" ON "public"."spirit_mastery" ("spirit_id");
CREATE INDEX "tools_registry_spirit_id_idx" ON "public"."tools_registry" ("spirit_id");
CREATE INDEX "user_spirit_purchases_user_id_idx" ON "public"."user_spirit_purchases" ("user_id");
CREATE INDEX "user_spirit_purchases_spirit_id_idx" ON "public"."user_spirit_purchases" ("spirit_id");
CREATE INDEX "user_spirit_purchases_bundle_id_idx" ON "public"."user_spirit_purchases" ("bundle_id");
CREATE INDEX "user_spirit_access_user_id_idx" ON "public"."user_spirit_access" ("user_id");
CREATE INDEX "user_spirit_access_spirit_id_idx" ON "public"."user_spirit_access" ("spirit_id");
CREATE INDEX "user_spirit_access_purchase_id_idx" ON "public"."user_spirit_access" ("purchase_id");
CREATE INDEX "user_spirit_subscriptions_user_id_idx" ON "public"."user_spirit_subscriptions" ("user_id");
CREATE INDEX "user_spirit_subscriptions_plan_id_idx" ON "public"."user_spirit_subscriptions" ("plan_id");

-- kedge: down
DROP TABLE "public"."spirit_mastery";
DROP TABLE "public"."minion_spirits";
DROP TABLE "public"."spirit_minions";
DROP TABLE "public"."user_spirit_access";
DROP TABLE "public"."user_spirit_subscriptions";
DROP TABLE "public"."user_spirit_purchases";
DROP TABLE "public"."points_transactions";
DROP TABLE "public"."user_points";
DROP TABLE "public"."tools_registry";
DROP TABLE "public"."subscription_plans";
DROP TABLE "public"."spirit_bundles";
DROP TABLE "public"."spirits_registry";
