-- The core of sendfx, as 'kedge schema' prints it: the tables that mappings/sendfx fills, and the prices of language models.
-- kedge: up
CREATE SCHEMA IF NOT EXISTS core;

CREATE TABLE core.tiers (
  id text COLLATE "C" NOT NULL,
  code varchar(32) NOT NULL UNIQUE,
  name text NOT NULL,
  price_monthly numeric(10,2) NOT NULL,
  price_yearly numeric(10,2),
  currency char(3),
  features text[],
  max_contacts bigint,
  max_messages bigint,
  is_public boolean,
  sort_order integer,
  document_version integer,
  created_at timestamptz NOT NULL,
  updated_at timestamptz,
  PRIMARY KEY (id)
);

CREATE TABLE core.users (
  id text COLLATE "C" NOT NULL,
  email text NOT NULL UNIQUE,
  password_hash text,
  display_name text,
  phone varchar(32),
  bio text,
  avatar_url text,
  locale varchar(16),
  timezone text,
  born date,
  role text NOT NULL,
  is_active boolean NOT NULL,
  email_verified boolean,
  balance numeric(14,4),
  login_count bigint,
  external_id uuid,
  avatar bytea,
  tags text[],
  settings jsonb,
  tier_id text,
  document_version integer,
  last_login_at timestamptz,
  created_at timestamptz NOT NULL,
  updated_at timestamptz,
  extra jsonb,
  PRIMARY KEY (id),
  CONSTRAINT users_tier_id_fkey FOREIGN KEY (tier_id) REFERENCES core.tiers (id) ON DELETE RESTRICT
);
CREATE INDEX users_tier_id_idx ON core.users (tier_id);

CREATE TABLE core.user_addresses (
  user_id text COLLATE "C" NOT NULL,
  position integer NOT NULL,
  address_id text,
  label text,
  street text,
  city text,
  postal_code varchar(16),
  country char(2),
  PRIMARY KEY (user_id, position),
  FOREIGN KEY (user_id) REFERENCES core.users (id) ON DELETE CASCADE
);

CREATE TABLE core.workspaces (
  id text COLLATE "C" NOT NULL,
  name text NOT NULL,
  slug varchar(80) NOT NULL UNIQUE,
  description text,
  industry text,
  owner_id text NOT NULL,
  tier_id text,
  brand_color char(7),
  logo_url text,
  timezone text,
  is_archived boolean,
  contact_limit bigint,
  message_limit bigint,
  settings jsonb,
  document_version integer,
  created_at timestamptz NOT NULL,
  updated_at timestamptz,
  extra jsonb,
  PRIMARY KEY (id),
  CONSTRAINT workspaces_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES core.users (id) ON DELETE RESTRICT,
  CONSTRAINT workspaces_tier_id_fkey FOREIGN KEY (tier_id) REFERENCES core.tiers (id) ON DELETE RESTRICT
);
CREATE INDEX workspaces_owner_id_idx ON core.workspaces (owner_id);
CREATE INDEX workspaces_tier_id_idx ON core.workspaces (tier_id);

CREATE TABLE core.workspace_domains (
  workspace_id text COLLATE "C" NOT NULL,
  position integer NOT NULL,
  domain text,
  PRIMARY KEY (workspace_id, position),
  FOREIGN KEY (workspace_id) REFERENCES core.workspaces (id) ON DELETE CASCADE
);

CREATE TABLE core.billing_accounts (
  id text COLLATE "C" NOT NULL,
  workspace_id text NOT NULL,
  customer_id text UNIQUE,
  company text,
  invoice_email text,
  balance numeric(18,4),
  credit numeric(14,2),
  currency char(3) NOT NULL,
  tax_id text,
  invoice_street text,
  invoice_city text,
  invoice_postal_code varchar(16),
  invoice_country char(2),
  payment_method jsonb,
  delinquent boolean,
  document_version integer,
  created_at timestamptz NOT NULL,
  updated_at timestamptz,
  PRIMARY KEY (id),
  CONSTRAINT billing_accounts_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES core.workspaces (id) ON DELETE CASCADE
);
CREATE INDEX billing_accounts_workspace_id_idx ON core.billing_accounts (workspace_id);

CREATE TABLE core.model_prices (
  model text COLLATE "C" NOT NULL,
  valid_from date NOT NULL,
  prompt_price numeric(12,6) NOT NULL,
  completion_price numeric(12,6) NOT NULL,
  PRIMARY KEY (model, valid_from)
);

CREATE TABLE core.openai_usage (
  id text COLLATE "C" NOT NULL,
  workspace_id text NOT NULL,
  user_id text,
  writer text NOT NULL,
  model text NOT NULL,
  prompt_tokens integer,
  completion_tokens integer,
  total_tokens integer,
  estimated_cost numeric(12,6),
  latency_ms double precision,
  cached boolean,
  request_id text,
  detail jsonb,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (id),
  CONSTRAINT openai_usage_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES core.workspaces (id) ON DELETE CASCADE,
  CONSTRAINT openai_usage_user_id_fkey FOREIGN KEY (user_id) REFERENCES core.users (id) ON DELETE SET NULL
);
CREATE INDEX openai_usage_workspace_id_idx ON core.openai_usage (workspace_id);
CREATE INDEX openai_usage_user_id_idx ON core.openai_usage (user_id);

CREATE TABLE core.subscriptions (
  id text COLLATE "C" NOT NULL,
  workspace_id text NOT NULL,
  billing_account_id text,
  tier_id text NOT NULL,
  status text NOT NULL,
  amount numeric(12,2) NOT NULL,
  seats integer,
  started_on date,
  period_start timestamptz,
  period_end timestamptz,
  trial_ends_at timestamptz,
  cancel_at_period_end boolean,
  discount numeric(5,2),
  metadata jsonb,
  document_version integer,
  created_at timestamptz NOT NULL,
  updated_at timestamptz,
  PRIMARY KEY (id),
  CONSTRAINT subscriptions_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES core.workspaces (id) ON DELETE CASCADE,
  CONSTRAINT subscriptions_billing_account_id_fkey FOREIGN KEY (billing_account_id) REFERENCES core.billing_accounts (id) ON DELETE RESTRICT,
  CONSTRAINT subscriptions_tier_id_fkey FOREIGN KEY (tier_id) REFERENCES core.tiers (id) ON DELETE RESTRICT
);
CREATE INDEX subscriptions_workspace_id_idx ON core.subscriptions (workspace_id);
CREATE INDEX subscriptions_billing_account_id_idx ON core.subscriptions (billing_account_id);
CREATE INDEX subscriptions_tier_id_idx ON core.subscriptions (tier_id);

CREATE TABLE core.usage_counters (
  id text COLLATE "C" NOT NULL,
  workspace_id text NOT NULL,
  metric text NOT NULL,
  period char(7) NOT NULL,
  used bigint NOT NULL,
  allowance bigint,
  resets_at timestamptz,
  document_version integer,
  created_at timestamptz NOT NULL,
  updated_at timestamptz,
  PRIMARY KEY (id),
  CONSTRAINT usage_counters_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES core.workspaces (id) ON DELETE CASCADE
);
CREATE INDEX usage_counters_workspace_id_idx ON core.usage_counters (workspace_id);

CREATE TABLE core.workspace_members (
  id text COLLATE "C" NOT NULL,
  workspace_id text NOT NULL,
  user_id text NOT NULL,
  role text NOT NULL,
  status text,
  permissions text[],
  invited_by text,
  joined_at timestamptz,
  document_version integer,
  created_at timestamptz NOT NULL,
  updated_at timestamptz,
  PRIMARY KEY (id),
  CONSTRAINT workspace_members_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES core.workspaces (id) ON DELETE CASCADE,
  CONSTRAINT workspace_members_user_id_fkey FOREIGN KEY (user_id) REFERENCES core.users (id) ON DELETE CASCADE,
  CONSTRAINT workspace_members_invited_by_fkey FOREIGN KEY (invited_by) REFERENCES core.users (id) ON DELETE SET NULL
);
CREATE INDEX workspace_members_workspace_id_idx ON core.workspace_members (workspace_id);
CREATE INDEX workspace_members_user_id_idx ON core.workspace_members (user_id);
CREATE INDEX workspace_members_invited_by_idx ON core.workspace_members (invited_by);

-- kedge: down
DROP TABLE core.workspace_members;
DROP TABLE core.usage_counters;
DROP TABLE core.subscriptions;
DROP TABLE core.openai_usage;
DROP TABLE core.model_prices;
DROP TABLE core.billing_accounts;
DROP TABLE core.workspace_domains;
DROP TABLE core.workspaces;
DROP TABLE core.user_addresses;
DROP TABLE core.users;
DROP TABLE core.tiers;
DROP SCHEMA core;
